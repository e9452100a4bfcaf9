import type { Browser } from 'playwright'
import { readThreadCpu, type ThreadCpu } from './thread-cpu.ts'

/** CPU seconds of the threads of all pages; none but on Linux. */
export interface PageCpu {
  /** Of their own threads, where scripts run and what is seen is drawn. */
  readonly page: number
  /** Of their workers. */
  readonly worker: number
}

/** What the threads of all pages have used until now, by thread. */
export async function readPageCpu(browser: Browser): Promise<ReadonlyMap<string, ThreadCpu>> {
  const session = await browser.newBrowserCDPSession()
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    return await readThreadCpu(processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id))
  } finally {
    await session.detach()
  }
}

/** What they used from one reading to the next; threads that began in between count whole. */
export function pageCpuBetween(before: ReadonlyMap<string, ThreadCpu>, after: ReadonlyMap<string, ThreadCpu>): PageCpu {
  const seconds = (isMeant: (id: string, thread: ThreadCpu) => boolean): number =>
    [...after]
      .filter(([id, thread]) => isMeant(id, thread))
      .reduce((sum, [id, { seconds }]) => sum + seconds - (before.get(id)?.seconds ?? 0), 0)
  return {
    // The first thread of a process has its number.
    page: seconds((id, { pid }) => id === `${pid}/${pid}`),
    // As far as Linux keeps the name.
    worker: seconds((_, { thread }) => thread.startsWith('DedicatedWorker')),
  }
}
