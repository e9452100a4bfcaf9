/** What of a trace is looked at (Trace Event Format; durations are microseconds). */
interface TraceEvent {
  readonly ph: string
  readonly name: string
  readonly pid: number
  readonly tid: number
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

const threadOf = (what: string, { pid, tid }: TraceEvent): string =>
  what === 'process_name' ? `${pid}` : `${pid}/${tid}`
