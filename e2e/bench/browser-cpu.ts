import type { Browser } from 'playwright'

/** CPU seconds that the browser's processes have used, by process id. */
export type BrowserCpu = ReadonlyMap<number, number>

/** What the browser's processes have used until now (CDP, SystemInfo.getProcessInfo). */
export async function readBrowserCpu(browser: Browser): Promise<BrowserCpu> {
  const session = await browser.newBrowserCDPSession()
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    return new Map(processInfo.map(({ id, cpuTime }) => [id, cpuTime]))
  } finally {
    await session.detach()
  }
}

/** CPU seconds used from one reading to the next; what began in between counts whole. */
export function usedBetween(before: BrowserCpu, after: BrowserCpu): number {
  return [...after].reduce((sum, [id, seconds]) => sum + seconds - (before.get(id) ?? 0), 0)
}
