import { readdir, readFile } from 'node:fs/promises'

/** CPU seconds of a thread, and whose it is. */
export interface ThreadCpu {
  readonly pid: number
  readonly thread: string
  readonly seconds: number
}

// What Linux counts in, on every machine that Node runs on.
const ticksPerSecond = 100

/** CPU seconds that the threads of some processes have used so far, by process and thread. Empty but on Linux. */
export async function readThreadCpu(pids: readonly number[]): Promise<ReadonlyMap<string, ThreadCpu>> {
  const found = await Promise.all(pids.map(threadsOf))
  return new Map(found.flat())
}

/** What was used from one reading to the next, busiest first; threads of one name in one process are one. */
export function busiest(
  before: ReadonlyMap<string, ThreadCpu>,
  after: ReadonlyMap<string, ThreadCpu>,
): readonly ThreadCpu[] {
  const sums = new Map<string, ThreadCpu>()
  for (const [id, { pid, thread, seconds }] of after) {
    const key = `${pid} ${thread}`
    const used = seconds - (before.get(id)?.seconds ?? 0)
    sums.set(key, { pid, thread, seconds: (sums.get(key)?.seconds ?? 0) + used })
  }
  return [...sums.values()].sort((one, other) => other.seconds - one.seconds)
}

async function threadsOf(pid: number): Promise<[string, ThreadCpu][]> {
  // A process or thread that has ended meanwhile is none.
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
  const stats = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/stat`, 'utf8').catch(() => '')),
  )
  return stats.flatMap((stat): [string, ThreadCpu][] => {
    const read = readStat(stat)
    return read ? [[`${pid}/${read.id}`, { pid, thread: read.thread, seconds: read.seconds }]] : []
  })
}

/** What a line of `/proc/<pid>/stat`, or of a thread's, tells. */
export interface Stat {
  readonly id: number
  /** Of the process: who started it. */
  readonly parent: number
  readonly thread: string
  readonly seconds: number
}

/** Reads a line of `/proc/<pid>/task/<id>/stat` (proc_pid_stat(5)): a name may hold anything, so the last bracket ends it. */
export function readStat(line: string): Stat | undefined {
  const [open, close] = [line.indexOf('('), line.lastIndexOf(')')]
  if (open < 0 || close < open) return undefined
  const fields = line.slice(close + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return {
    id: Number(line.slice(0, open)),
    parent: Number(fields[1]),
    thread: line.slice(open + 1, close),
    seconds: ticks / ticksPerSecond,
  }
}
