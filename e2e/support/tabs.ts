import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test'
import type { DiskFile } from './files.ts'
import type { Hold } from './network.ts'
import type { Site } from './site.ts'
import { chooseFiles, untilHeld, untilStatus, uploadRow } from './upload-page.ts'

// No copies are kept, which any tab could go on from.
const uncopied = new URLSearchParams({ options: JSON.stringify({ copies: { file: 0 } }) })

/** A tab of a browser, with the row of the one upload that it is about. */
export interface Tab {
  readonly page: Page
  readonly row: Locator
}

/** A tab of the same browser, with the page whose rows tell everything. */
export async function openTab(context: BrowserContext, file: DiskFile): Promise<Tab> {
  const page = await context.newPage()
  await page.goto(`/harness.html?${uncopied}`)
  return { page, row: uploadRow(page, file) }
}

/** Both tabs add the file at the same moment; the first chunk that carries this byte is held back. */
export async function twoTabs(
  context: BrowserContext,
  site: Site,
  file: DiskFile,
  heldAt: number,
): Promise<{ readonly sends: Tab; readonly follows: Tab; readonly hold: Hold }> {
  const tabs = [await openTab(context, file), await openTab(context, file)] as const
  const hold = site.network.holdAt(heldAt)
  await Promise.all(tabs.map(({ page }) => chooseFiles(page, file)))
  await untilHeld(hold)
  const status = await tabs[0].row.getAttribute('data-status')
  const [sends, follows] = status === 'uploading' ? tabs : ([tabs[1], tabs[0]] as const)
  await untilStatus(sends.row, 'uploading')
  await untilFollowing(follows)
  return { sends, follows, hold }
}

/** Waits until a tab says that another one sends. */
export async function untilFollowing({ row }: Tab): Promise<void> {
  await untilStatus(row, 'paused')
  await expect(row).toHaveAttribute('data-reason', 'tab')
}
