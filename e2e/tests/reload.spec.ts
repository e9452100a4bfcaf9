import { makeFile, MiB, sharedFile } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, chunks, requestsAfterLastByte, uploadsIn } from '../support/request-log.ts'
import { runFolder } from '../support/run-folder.ts'
import { countHashedBytes } from '../support/hashed-bytes.ts'
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

// Over 64 MiB, so that no copy is kept for after a reload.
const uncopied = 65 * MiB

test('F60 after a reload in mid-chunk it goes on once the file is chosen again', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', uncopied)
  await openPage(page)
  const hold = site.network.holdAt(40 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await page.reload()
  hold.release()
  const row = uploadRow(page, file)
  await untilStatus(row, 'paused')
  await expect(row).toContainText('Needs the file')
  await chooseAgain(row, file)
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})

test('F60 the file may as well be added anew: it is known by itself', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', uncopied)
  await openPage(page)
  const hold = site.network.holdAt(20 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await page.reload()
  hold.release()
  const row = uploadRow(page, file)
  await untilStatus(row, 'paused')
  await chooseFiles(page, file)
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})

test('F84 after a reload at 90 % of 300 MB nothing confirmed is sent or hashed again', async ({ page, site }) => {
  const file = await sharedFile(runFolder().files, 'large.bin', 300 * MiB)
  const hashed = await countHashedBytes(page)
  await openPage(page)
  const hold = site.network.holdAt(file.size * 0.9)
  await chooseFiles(page, file)
  await untilHeld(hold)
  const row = uploadRow(page, file)
  const underWay = chunks(site.network.log).at(-1)?.range
  await expect.poll(hashed.sinceLoad, { message: 'bytes hashed before the reload' }).toBe((underWay?.end ?? 0) + 1)
  await expect.poll(() => confirmed(row)).toBe(underWay?.start)

  await page.reload()
  hold.release()
  await chooseAgain(row, file)
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(await hashed.sinceLoad(), 'bytes hashed after the reload').toBe(file.size - (underWay?.start ?? 0))
  expect(requestsAfterLastByte(site.network.log, file.size)).toEqual(['POST 200'])
})

test('F42 another file is refused with the reason, and the right one still goes on', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', uncopied)
  const shorter = await makeFile(`${folder}/shorter`, 'film.mp4', uncopied - 1)
  const other = await makeFile(`${folder}/other`, 'film.mp4', uncopied, 'another film')
  await openPage(page)
  const hold = site.network.holdAt(20 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await page.reload()
  hold.release()
  const row = uploadRow(page, file)
  await untilStatus(row, 'paused')
  for (const wrong of [shorter, other]) {
    const requests = site.network.log.length
    await chooseAgain(row, wrong)
    await expect(row).toContainText('That is another file')
    await untilStatus(row, 'paused')
    expect(site.network.log).toHaveLength(requests)
  }
  await page.reload()
  await chooseAgain(row, file)
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})

test('after a reload a file of at most 64 MiB goes on by itself, from a copy', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 48 * MiB)
  await openPage(page)
  const hold = site.network.holdAt(30 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  const row = uploadRow(page, file)
  await expect(row).toContainText('Goes on by itself, from a copy kept in this browser')
  await page.reload()
  hold.release()
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})

test('F60 reloaded again and again it goes on by itself each time, from its handle', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 48 * MiB)
  await page.goto('/harness.html')
  const row = uploadRow(page, file)
  const holds = [MiB / 2, 12.5 * MiB, 13 * MiB, 30 * MiB, 47.5 * MiB].map((offset) => site.network.holdAt(offset))
  await page.getByLabel('Keep privately').setInputFiles(file.path)
  for (const hold of holds) {
    await untilHeld(hold)
    await expect(row).toHaveAttribute('data-resumability', 'handle')
    await page.reload()
    hold.release()
  }
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(await site.server.uploads()).toHaveLength(1)
})
