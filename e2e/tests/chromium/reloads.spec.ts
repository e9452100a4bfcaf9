import { chanceOf } from '../../../packages/client/test/model/chance.ts'
import { makeFile, MiB, md5Of } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { bytesSentAgain, chunks, uploadsIn } from '../../support/request-log.ts'
import { uploadRow } from '../../support/upload-page.ts'

const uploads = 3
const times = 34
const chunkSize = 64 * 1024

test.use({ brokenNetwork: true })

test(`F60 at random moments, ${times * uploads} uploads broken off by a reload lose and repeat nothing`, async ({
  page,
  site,
  folder,
}) => {
  test.slow()
  const chance = chanceOf(1)
  // Their handles outlast each reload, so that they go on by themselves.
  const files = await Promise.all(
    Array.from({ length: uploads }, (_, at) => makeFile(folder, `film ${at}.mp4`, 48 * MiB)),
  )
  const open = (bytes: number): Promise<unknown> => page.goto(`/harness.html?options={"chunkSize":${bytes}}`)
  await open(chunkSize)
  for (const { path, name } of files) {
    await page.getByLabel('Keep privately').setInputFiles(path)
    await expect(uploadRow(page, { name })).toHaveAttribute('data-resumability', 'handle')
  }
  const { log } = site.network
  for (let time = 0; time < times; time++) {
    // From before the page has asked for anything to the middle of some chunk, however fast the machine is.
    const requests = log.length + Math.floor(chance() * 10)
    await expect.poll(() => log.length, { intervals: [5] }).toBeGreaterThanOrEqual(requests)
    await page.waitForTimeout(chance() * 20)
    await page.reload({ waitUntil: 'commit' })
  }
  // What is left goes out in larger pieces, to save time.
  await open(8 * MiB)
  const finished = async (): Promise<string[]> =>
    (await site.server.uploads()).filter(({ complete }) => complete).map(({ filename }) => filename)
  await expect.poll(finished, { timeout: 60_000 }).toHaveLength(uploads)
  await expect(page.locator('[data-status="failed"]')).toHaveCount(0)
  const stored = await site.server.uploads()
  expect(stored.map(({ filename }) => filename).toSorted()).toEqual(files.map(({ name }) => name))
  for (const { path, filename } of stored) {
    expect(await md5Of(path), `MD5 of "${filename}"`).toBe(files.find(({ name }) => name === filename)?.md5)
  }
  expect(uploadsIn(log)).toBe(uploads)
  // A page that dies with the answer to its creation has no session: the next one creates under the same key, first chunk and all.
  const creations = chunks(log).filter(({ path }) => path === '/api/uploads/').length
  expect(bytesSentAgain(log)).toBeLessThanOrEqual((creations - uploads) * chunkSize)
  const sent = chunks(log).reduce((sum, { range }) => sum + (range ? range.end - range.start + 1 : 0), 0)
  const size = files.reduce((sum, file) => sum + file.size, 0)
  expect(sent, 'bytes that went out').toBeLessThanOrEqual(size + times * uploads * chunkSize)
})
