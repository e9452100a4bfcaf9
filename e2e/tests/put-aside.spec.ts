import { setTimeout } from 'node:timers/promises'
import { freeze } from '../support/browser-process.ts'
import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import { chooseFiles, untilHeld, untilVerified, uploadRow } from '../support/upload-page.ts'

const idleMs = 1_000
test.use({ idleMs, brokenNetwork: true })

test('F63, F65 a browser that is frozen for longer than the server waits goes on when it is thawed', async ({
  openBrowser,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 16 * MiB)
  const { page, process } = await openBrowser()
  await page.goto('/harness.html')
  const hold = site.network.holdAt(7.5 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  const thaw = await freeze(process)
  try {
    // Nothing comes any more, and the server has long let go of the request.
    await setTimeout(3 * idleMs)
    hold.release()
  } finally {
    thaw()
  }
  await untilVerified(uploadRow(page, file), file, site.server)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(await site.server.uploads()).toHaveLength(1)
})
