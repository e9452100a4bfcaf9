import { appendFile, open, utimes } from 'node:fs/promises'
import { makeFile, MiB, md5Of } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import {
  chooseAgain,
  chooseFiles,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
} from '../../support/upload-page.ts'

// Firefox reads on in a file that was changed, and tells nobody: there the checksum at the end is the net.

test.use({ brokenNetwork: true })

const changes: Readonly<Record<string, (path: string) => Promise<void>>> = {
  appended: (path) => appendFile(path, 'more'),
  overwritten: async (path) => {
    const handle = await open(path, 'r+')
    await handle.write('other', 30 * MiB)
    await handle.close()
  },
}

for (const [how, change] of Object.entries(changes)) {
  test(`F40 a file that is ${how} in mid-upload is asked for, and is another file then`, async ({
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
    await change(file.path)
    hold.release()
    await untilStatus(row, 'paused')
    await expect(row).toContainText('The file was changed')
    expect(site.network.log.length, 'no storm of requests').toBeLessThan(12)
  })
}

test('F40 a file that was only touched goes on once it is chosen again', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 65 * MiB)
  await openPage(page, { chunkSize: 4 * MiB })
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(18 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  const later = new Date(Date.now() + 60_000)
  await utimes(file.path, later, later)
  hold.release()
  await untilStatus(row, 'paused')
  await expect(row).toContainText('The file was changed')
  await chooseAgain(row, file)
  expect(await md5Of(file.path)).toBe(file.md5)
  await untilVerified(row, file, site.server)
})
