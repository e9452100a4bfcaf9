import type { FromServer, ToServer, Usage } from './messages.ts'
import { peakOf } from './process-tree.ts'

/** Tells the process that has started this one. */
export const tell = (message: FromServer): void => void process.send?.(message)

/** Tells it what was used when it asks, with what only the server knows; and ends with it. */
export function answerParent(known: () => Pick<Usage, 'requests' | 'memory'>): void {
  process.on('message', (_message: ToServer) => void tellUsage(known()))
  process.once('disconnect', () => process.exit())
}

async function tellUsage(known: Pick<Usage, 'requests' | 'memory'>): Promise<void> {
  const { user, system } = process.cpuUsage()
  // Not what Node tells of itself: that begins with the memory of the process that this one was forked from.
  tell({ type: 'used', used: { cpuSeconds: (user + system) / 1e6, peakMemory: await peakOf(process.pid), ...known } })
}
