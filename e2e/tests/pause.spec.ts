import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, chunks, uploadsIn } from '../support/request-log.ts'
import {
  button,
  chooseFiles,
  confirmed,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
} from '../support/upload-page.ts'

test('pause stops the sending at once, and resume goes on from what is confirmed', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 64 * MiB)
  await openPage(page)
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(30 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await button(row, 'Pause').click()
  await untilStatus(row, 'paused')
  const requests = [...site.network.log]
  await expect.poll(() => requests.every(({ ended }) => ended !== undefined), 'requests have ended').toBe(true)
  hold.release()
  expect(requests.at(-1)?.answered, 'the chunk under way').toBeUndefined()
  const before = await confirmed(row)

  await button(row, 'Resume').click()
  await untilVerified(row, file, site.server)
  expect(site.network.log[requests.length]?.method, 'the first request after it').toBe('GET')
  expect(chunks(site.network.log.slice(requests.length))[0]?.range?.start).toBeGreaterThanOrEqual(before)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})

test('cancel in mid-chunk makes the server drop the upload', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 32 * MiB)
  await openPage(page)
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(20 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await button(row, 'Cancel').click()
  await untilStatus(row, 'cancelled')
  await expect
    .poll(() => site.network.log.filter(({ method }) => method === 'DELETE').map(({ status }) => status))
    .toEqual([204])
  expect(await site.server.uploads()).toEqual([])
  expect(await site.server.bytesOnDisk()).toBe(0)

  await page.reload()
  // Shown once the page has looked for earlier uploads, and there are none.
  await expect(page.getByRole('list', { name: 'What to try' })).toBeVisible()
  await expect(row).toHaveCount(0)
})
