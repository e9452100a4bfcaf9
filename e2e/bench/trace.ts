/** What of a trace is looked at (Trace Event Format; durations are microseconds). */
interface TraceEvent {
  readonly ph: string
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly ts?: number
  readonly dur?: number
  /** CPU time of the thread. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** What a thread did while the trace was taken. */
export interface ThreadWork {
  /** As the browser calls it: `CrRendererMain`. */
  readonly thread: string
  /** As the browser calls it: `Renderer`. */
  readonly process: string
  readonly tasks: number
  /** CPU time of all tasks, in milliseconds. */
  readonly cpuMs: number
  /** CPU time of the longest task, in milliseconds. */
  readonly longestMs: number
}

/** Categories that tell the tasks of threads with an event loop, with their CPU time. */
export const loopTasks: string[] = ['-*', 'disabled-by-default-devtools.timeline', '__metadata']

/** The same, with those of the pools of threads. */
export const allTasks: string[] = [...loopTasks, 'toplevel']

/** The page's own thread. */
export const mainThread = 'CrRendererMain'

const taskNames = new Set(['RunTask', 'ThreadPool_RunTask'])

/** Work by thread, busiest first. */
export function workByThread(trace: string): readonly ThreadWork[] {
  const { traceEvents }: { traceEvents: readonly TraceEvent[] } = JSON.parse(trace)
  const names = (name: string): Map<string, string> =>
    new Map(
      traceEvents
        .filter((event) => event.ph === 'M' && event.name === name)
        .map((event) => [threadOf(name, event), event.args?.name ?? '']),
    )
  const [threads, processes] = [names('thread_name'), names('process_name')]
  const work = new Map<string, ThreadWork>()
  for (const event of traceEvents) {
    if (event.ph !== 'X' || event.tdur === undefined || !taskNames.has(event.name)) continue
    const id = threadOf('thread_name', event)
    const before = work.get(id)
    const ms = event.tdur / 1000
    work.set(id, {
      thread: threads.get(id) ?? 'unnamed',
      process: processes.get(threadOf('process_name', event)) ?? 'unnamed',
      tasks: (before?.tasks ?? 0) + 1,
      cpuMs: (before?.cpuMs ?? 0) + ms,
      longestMs: Math.max(before?.longestMs ?? 0, ms),
    })
  }
  return [...work.values()].sort((one, other) => other.cpuMs - one.cpuMs)
}

/** CPU time of tasks on the page's own thread, in milliseconds. */
export interface PageTasks {
  /** The task that left the mark; `undefined` if none did. */
  readonly markedMs: number | undefined
  /** The longest of the others. */
  readonly longestMs: number
}

/** Category of the marks that a page leaves by `performance.mark`. */
export const marks = 'blink.user_timing'

/** Finds the task that left a mark, and the longest of the others. */
export function pageTasks(trace: string, mark: string): PageTasks {
  const { traceEvents }: { traceEvents: readonly TraceEvent[] } = JSON.parse(trace)
  const main = new Set(
    traceEvents
      .filter(({ ph, name, args }) => ph === 'M' && name === 'thread_name' && args?.name === mainThread)
      .map(({ pid, tid }) => `${pid}/${tid}`),
  )
  const left = traceEvents.find(({ name, ts }) => name === mark && ts !== undefined)
  const tasks = traceEvents.filter(
    ({ ph, name, pid, tid, tdur }) =>
      ph === 'X' && taskNames.has(name) && tdur !== undefined && main.has(`${pid}/${tid}`),
  )
  const isMarked = ({ pid, tid, ts = 0, dur = 0 }: TraceEvent): boolean =>
    left?.ts !== undefined && left.pid === pid && left.tid === tid && ts <= left.ts && left.ts <= ts + dur
  const ms = ({ tdur = 0 }: TraceEvent): number => tdur / 1000
  const marked = tasks.find(isMarked)
  const others = tasks.filter((task) => task !== marked)
  return {
    markedMs: marked && ms(marked),
    longestMs: others.reduce((longest, task) => Math.max(longest, ms(task)), 0),
  }
}

const threadOf = (what: string, { pid, tid }: TraceEvent): string =>
  what === 'process_name' ? `${pid}` : `${pid}/${tid}`
