import type { CDPSession } from '@playwright/test'
import { makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { chooseFiles, openPage, untilHeld, untilVerified, uploadRow } from '../../support/upload-page.ts'

// Only Chromium's protocol tells what a page holds.

const chunkSize = 8 * MiB

/** Bytes of the page's own heap, buffers included, once what nobody needs is gone. */
async function heldBy(devTools: CDPSession): Promise<number> {
  await devTools.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize } = await devTools.send('Runtime.getHeapUsage')
  return usedSize + backingStorageSize
}

test('F85 a page holds no more of a file than two chunks and little else, at its beginning as near its end', async ({
  page,
  context,
  site,
  folder,
}) => {
  // Over 64 MiB, so that no copy is kept for after a reload.
  const file = await makeFile(folder, 'film.mp4', 96 * MiB)
  await openPage(page, { chunkSize })
  const devTools = await context.newCDPSession(page)
  const base = await heldBy(devTools)
  const holds = [20 * MiB, 90 * MiB].map((offset) => site.network.holdAt(offset))
  await chooseFiles(page, file)
  for (const hold of holds) {
    await untilHeld(hold)
    expect((await heldBy(devTools)) - base).toBeLessThan(2 * chunkSize + 8 * MiB)
    hold.release()
  }
  await untilVerified(uploadRow(page, file), file, site.server)
  expect((await heldBy(devTools)) - base, 'after the end').toBeLessThan(8 * MiB)
})
