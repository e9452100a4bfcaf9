import { makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../../support/request-log.ts'
import { chooseFiles, openPage, untilHeld, untilVerified, uploadRow } from '../../support/upload-page.ts'

// Only Chromium's protocol can make the storage of a site this small.

test('F71 with room for one byte, an upload runs, and the page is told that it will not outlive a reload', async ({
  page,
  context,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 24 * MiB)
  const devTools = await context.newCDPSession(page)
  // Before the first look: a browser believes for a while in the room that it has found.
  await devTools.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize: 1 })
  await openPage(page)
  const hold = site.network.holdAt(10 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await expect(page.getByText('This browser remembers nothing here')).toHaveCount(1)
  hold.release()
  await untilVerified(uploadRow(page, file), file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})
