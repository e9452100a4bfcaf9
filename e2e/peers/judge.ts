import { expect, type Locator, type Page } from '@playwright/test'
import type { DiskFile } from '../support/files.ts'
import { chooseFiles, uploadRow } from '../support/upload-page.ts'
import type { World } from './world.ts'

/** Chooses a file on a page that is open, and gives its row. */
export async function beginUpload(page: Page, file: DiskFile): Promise<Locator> {
  await chooseFiles(page, file)
  return uploadRow(page, file)
}

/** Waits until the page calls the upload complete, and compares what the peer keeps with the file. */
export async function untilWhole(
  row: Locator,
  file: DiskFile,
  world: World,
  verified = world.peer.verifies,
): Promise<void> {
  await expect(row).toHaveAttribute('data-status', /^(completed|failed)$/, { timeout: 50_000 })
  await expect(row, await row.innerText()).toHaveAttribute('data-status', 'completed')
  await expect(row).toHaveAttribute('data-verified', String(verified))
  await expect(row).toHaveAttribute('data-offset', String(file.size))
  expect(await world.running.stored(file), 'files on the peer with these bytes').toBe(1)
}
