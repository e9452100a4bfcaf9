import { readdir, readFile } from 'node:fs/promises'
import { readStat } from '../thread-cpu.ts'
import type { Usage } from './messages.ts'

/** What a process and all that it has started have used since they began. Zero but on Linux. */
export async function usageOfTree(root: number): Promise<Usage> {
  const all = await processes()
  const tree = new Set([root])
  // Parents are not always listed before what they have started.
  for (let before = 0; before < tree.size;) {
    before = tree.size
    for (const { id, parent } of all) if (tree.has(parent)) tree.add(id)
  }
  const used = all.filter(({ id }) => tree.has(id))
  const peaks = await Promise.all(used.map(({ id }) => peakOf(id)))
  return {
    cpuSeconds: used.reduce((sum, { seconds }) => sum + seconds, 0),
    peakMemory: peaks.reduce((sum, peak) => sum + peak, 0),
    requests: undefined,
    memory: undefined,
  }
}

async function processes() {
  const names = await readdir('/proc').catch(() => [])
  const ids = names.filter((name) => /^\d+$/.test(name))
  // A process that has ended meanwhile is none.
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')))
  return stats.flatMap((stat) => readStat(stat) ?? [])
}

/** Bytes of memory of a process at its highest (proc_pid_status(5)). Zero but on Linux. */
export async function peakOf(id: number): Promise<number> {
  const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
  return Number(/^VmHWM:\s+(?<kib>\d+) kB$/m.exec(status)?.groups?.['kib'] ?? 0) * 1024
}
