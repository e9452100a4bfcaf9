import type { Locator, Page } from '@playwright/test'
import { makeFile, MiB, type DiskFile } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import { untilHeld } from '../support/upload-page.ts'

// Over 64 MiB, so that no copy is kept for after a reload.
const uncopied = 65 * MiB

/** Opens the page with the element as a browser without file picker has it: no test can reach that. */
async function open(page: Page): Promise<void> {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showOpenFilePicker'))
  await page.goto('/element.html')
}

const choose = (page: Page, { path }: DiskFile): Promise<void> => page.getByLabel('Choose files').setInputFiles(path)
const row = (page: Page, { name }: DiskFile): Locator => page.getByRole('listitem').filter({ hasText: name })

test('the element by script tag goes on after a pause and a reload, and its form submits the upload', async ({
  page,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', uncopied)
  await open(page)
  const first = site.network.holdAt(20 * MiB)
  await choose(page, file)
  await untilHeld(first)
  await row(page, file).getByRole('button', { name: 'Pause' }).click()
  await expect(row(page, file)).toContainText('Paused')
  first.release()
  const second = site.network.holdAt(40 * MiB)
  await row(page, file).getByRole('button', { name: 'Resume' }).click()
  await untilHeld(second)

  await page.reload()
  second.release()
  await expect(row(page, file)).toContainText('Needs the file')
  await page.getByRole('button', { name: 'Send the form' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'The form submits' })).toHaveCount(0)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    row(page, file).getByRole('button', { name: 'Choose the file again' }).click(),
  ])
  await chooser.setFiles(file.path)
  await expect(row(page, file)).toContainText('Completed', { timeout: 60_000 })
  expect(await site.server.md5(file.name)).toBe(file.md5)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
  await page.getByRole('button', { name: 'Send the form' }).click()
  await expect(page.getByText(/^The form submits film=\S+$/)).toBeVisible()
})

test('the element is worked by the keyboard alone', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 20 * MiB)
  await open(page)
  const hold = site.network.holdAt(10 * MiB)
  // Waited for before the focus: Chromium learns on another way than the key's that a test takes the dialog's place.
  const chooser = page.waitForEvent('filechooser')
  await page.getByLabel('Choose files').focus()
  await page.keyboard.press('Enter')
  await (await chooser).setFiles(file.path)
  await untilHeld(hold)
  await page.keyboard.press('Tab')
  await expect(row(page, file).getByRole('button', { name: 'Pause' })).toBeFocused()
  await page.keyboard.press('Enter')
  hold.release()
  await expect(row(page, file).getByRole('button', { name: 'Resume' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(row(page, file)).toContainText('Completed', { timeout: 60_000 })
  await expect(row(page, file).getByRole('button', { name: 'Remove' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Choose files')).toBeFocused()
})
