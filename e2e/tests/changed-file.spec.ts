import { rename, rm } from 'node:fs/promises'
import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import {
  chooseAgain,
  chooseFiles,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
} from '../support/upload-page.ts'

// A browser tells a request that its file is gone as if the network had failed.
test.use({ brokenNetwork: true })

test('F41 a file that is moved away in mid-upload is asked for, and goes on from its new place', async ({
  page,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 65 * MiB)
  await openPage(page, { chunkSize: 4 * MiB })
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(18 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  const requests = site.network.log.length
  const moved = await makeFile(`${folder}/elsewhere`, file.name, 0)
  await rename(file.path, moved.path)
  hold.release()
  await untilStatus(row, 'paused')
  await expect(row).toContainText('The file was moved or deleted')
  expect(site.network.log, 'requests for what cannot be read').toHaveLength(requests)
  await chooseAgain(row, moved)
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})

test('F41 a file that is deleted in mid-upload is asked for, and its record stays', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 65 * MiB)
  await openPage(page, { chunkSize: 4 * MiB })
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(18 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await rm(file.path)
  hold.release()
  await untilStatus(row, 'paused')
  await expect(row).toContainText('The file was moved or deleted')
  await page.reload()
  await untilStatus(row, 'paused')
  await expect(row).toContainText('Needs the file')
})
