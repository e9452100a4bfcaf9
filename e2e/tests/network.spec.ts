import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, requestsAfterLastByte, uploadsIn } from '../support/request-log.ts'
import { chooseFiles, openPage, untilHeld, untilStatus, untilVerified, uploadRow } from '../support/upload-page.ts'

test.use({ brokenNetwork: true })

test('F01 a connection cut in mid-chunk costs at most that chunk', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 32 * MiB)
  await openPage(page, { chunkSize: 4 * MiB })
  for (const offset of [MiB / 2, 9 * MiB, 10 * MiB, 30 * MiB]) site.network.cutAt(offset)
  await chooseFiles(page, file)
  await untilVerified(uploadRow(page, file), file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})

test('F02 a chunk whose answer is lost is not sent again', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 32 * MiB)
  await openPage(page, { chunkSize: 4 * MiB })
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(16 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  site.network.loseAnswerTo('PUT')
  hold.release()
  await untilVerified(row, file, site.server)
  const starts = site.network.log.flatMap(({ range }) => range?.start ?? [])
  expect(new Set(starts).size, 'chunks that began at the same byte').toBe(starts.length)
})

test('F32 a finish whose answer is lost is found done', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 8 * MiB)
  await openPage(page)
  site.network.loseAnswerTo('POST')
  await chooseFiles(page, file)
  await untilVerified(uploadRow(page, file), file, site.server)
  expect(requestsAfterLastByte(site.network.log, file.size)).toEqual(['POST unanswered', 'GET 200'])
})

test('F27 offline it waits without an attempt, and online it goes on at once', async ({
  page,
  context,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 64 * MiB)
  await openPage(page)
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(40 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await context.setOffline(true)
  // Offline alone stops nothing that is on its way.
  site.network.cut()
  await untilStatus(row, 'waiting')
  await expect(row).toContainText('You are offline')
  const requests = site.network.log.length
  await context.setOffline(false)
  hold.release()
  await untilVerified(row, file, site.server)
  expect(site.network.log[requests]?.method, 'the first request after it').toBe('GET')
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})
