import { makeSparseFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { countHashedBytes } from '../support/hashed-bytes.ts'
import { bytesSentAgain, chunks, requestsAfterLastByte, uploadsIn } from '../support/request-log.ts'
import {
  chooseAgain,
  chooseFiles,
  confirmed,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
} from '../support/upload-page.ts'

const GiB = 1024 * MiB
const minutes = 60_000

test('F44 a file of 5 GiB arrives, with a reload beyond 4 GiB', async ({ page, site, folder }) => {
  test.setTimeout(20 * minutes)
  const file = await makeSparseFile(folder, 'five.bin', 5 * GiB)
  const hashed = await countHashedBytes(page)
  await openPage(page)
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(4.5 * GiB)
  await chooseFiles(page, file)
  await untilHeld(hold, 9 * minutes)
  const underWay = chunks(site.network.log).at(-1)?.range
  const before = underWay?.start ?? 0
  await expect.poll(() => confirmed(row)).toBe(before)
  await expect.poll(hashed.sinceLoad, { timeout: 5 * minutes }).toBe((underWay?.end ?? 0) + 1)

  await page.reload()
  hold.release()
  await chooseAgain(row, file)
  await untilStatus(row, 'completed', 9 * minutes)
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(await hashed.sinceLoad(), 'bytes hashed after the reload').toBe(file.size - before)
  expect(requestsAfterLastByte(site.network.log, file.size)).toEqual(['POST 200'])
})
