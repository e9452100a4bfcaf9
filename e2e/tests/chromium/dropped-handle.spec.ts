import { makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../../support/request-log.ts'
import { openPage, untilHeld, untilVerified, uploadRow } from '../../support/upload-page.ts'

// Firefox gives no handles of a person's files, and no test can drop a real file there.

test('after a reload a dropped file goes on by itself, from its handle', async ({ page, context, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 65 * MiB)
  await openPage(page)
  const hold = site.network.holdAt(40 * MiB)
  const devTools = await context.newCDPSession(page)
  const data = { items: [], files: [file.path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devTools.send('Input.dispatchDragEvent', { type, x: 100, y: 100, data })
  await untilHeld(hold)
  const row = uploadRow(page, file)
  await expect(row).toContainText('Goes on by itself, at most after one question')
  await page.reload()
  hold.release()
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})
