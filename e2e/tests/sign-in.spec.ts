import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import {
  button,
  chooseFiles,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
} from '../support/upload-page.ts'

test.use({ tokens: ['first'], brokenNetwork: true })

test('F14 a token that expires in mid-upload is renewed once for all uploads', async ({ page, site, folder }) => {
  const files = await Promise.all([1, 2, 3].map((at) => makeFile(folder, `film ${at}.mp4`, 16 * MiB)))
  let renewals = 0
  await page.exposeFunction('renewToken', async () => {
    renewals += 1
    await site.server.accept(['second'])
    return 'Bearer second'
  })
  await page.goto('/harness.html?token=Bearer first')
  const holds = files.map(() => site.network.holdAt(8 * MiB))
  await chooseFiles(page, ...files)
  await untilHeld(holds)
  await site.server.accept([])
  for (const { release } of holds) release()
  for (const file of files) await untilVerified(uploadRow(page, file), file, site.server)
  expect(renewals).toBe(1)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(files.length)
})

test('F14 a token that nobody renews pauses the upload until the person has signed in', async ({
  page,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 32 * MiB)
  await openPage(page, { token: 'first' })
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(12 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await site.server.accept([])
  hold.release()
  await untilStatus(row, 'paused')
  await expect(row).toContainText('Signed out')
  await site.server.accept(['first'])
  await button(row, 'Resume').click()
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})
