import { makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../../support/request-log.ts'
import { chooseFiles, confirmed, untilHeld, untilVerified, uploadRow } from '../../support/upload-page.ts'

test.use({
  // Playwright switches it off.
  launchOptions: ({ launchOptions }, use) =>
    use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
})

test('F64 a page in the back/forward cache sends nothing, and goes on when the person comes back', async ({
  page,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 16 * MiB)
  await page.goto('/harness.html')
  await page.evaluate(() => Object.assign(window, { kept: true }))
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(7.5 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  expect(await confirmed(row)).toBeGreaterThan(0)
  await page.evaluate(() => void (location.href = '/plain.html?picker=input'))
  await expect(page.getByLabel('Choose files')).toBeVisible()
  // What was under way has been let go, and nothing else has begun.
  await expect.poll(() => site.network.log.at(-1)?.ended).toBeDefined()
  hold.release()
  await page.evaluate(() => history.back())
  await page.waitForFunction(() => 'kept' in window)
  await untilVerified(row, file, site.server)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(bytesSentAgain(site.network.log)).toBe(0)
})
