import type { BrowserContext } from '@playwright/test'
import type { DiskFile } from '../../support/files.ts'
import type { ClientPage } from './page/page.ts'
import type { Run } from './run.ts'
import type { Wish } from './wish.ts'

/** Starts an upload in a new page. */
export async function startPage(
  context: BrowserContext,
  site: string,
  client: Parameters<ClientPage['begin']>[0],
  { path }: DiskFile,
  wish: Wish,
): Promise<Run> {
  const page = await context.newPage()
  await page.goto(`${site}/clients/index.html`)
  await page.getByLabel('Choose a file').setInputFiles(path)
  await page.evaluate(([client, wish]) => window.page.begin(client, wish), [client, wish] as const)
  return {
    async outcome() {
      await page.waitForFunction(() => window.page.told.length > 0)
      return page.evaluate(() => window.page.told)
    },
    order: (order) => page.evaluate((order) => window.page.order(order), order),
    leave: () => page.close(),
  }
}
