import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { labTab, openLab, turn } from '../../support/lab-page.ts'
import { watchLayout } from '../../support/layout-shift.ts'
import {
  button,
  chooseFiles,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
  ways,
} from '../../support/upload-page.ts'
import { openVideos, untilState, videoCard } from '../../support/video-page.ts'

// How a page looks does not hang on the browser, but only Chromium tells of shifts and takes a colour scheme here.

// A colour on its way to another would be measured as it is just then.
test.use({ noWarnings: true, contextOptions: { reducedMotion: 'reduce' } })

const viewports = [
  { width: 1280, height: 720 },
  { width: 360, height: 740 },
]

for (const { name, path } of ways) {
  test(`${name}: axe finds nothing, before and during an upload, light and dark`, async ({ page, site, folder }) => {
    const file = await makeFile(folder, 'film.mp4', 16 * MiB)
    await openPage(page, {}, path)
    const hold = site.network.holdAt(12 * MiB)
    await untilAccessible(page)
    await chooseFiles(page, file)
    await untilHeld(hold)
    await untilAccessible(page)
    await button(uploadRow(page, file), 'Pause').click()
    await untilStatus(uploadRow(page, file), 'paused')
    await untilAccessible(page)
  })

  for (const viewport of viewports)
    test(`${name}: nothing moves while an upload gets on, and nothing is cut off, ${viewport.width} pixels wide`, async ({
      page,
      site,
      folder,
    }) => {
      await page.setViewportSize(viewport)
      const whatMoved = await watchLayout(page)
      const file = await makeFile(folder, 'film.mp4', 32 * MiB)
      await openPage(page, {}, path)
      const row = uploadRow(page, file)
      const hold = site.network.holdAt(20 * MiB)
      await chooseFiles(page, file)
      await untilHeld(hold)
      await button(row, 'Pause').click()
      await untilStatus(row, 'paused')
      hold.release()
      await button(row, 'Resume').click()
      await untilVerified(row, file, site.server)
      expect(await whatMoved()).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width)
    })
}

test('the first page: axe finds nothing, nothing is cut off, and it leads to every other page', async ({ page }) => {
  await page.goto('/')
  await untilAccessible(page)
  const links = page.getByRole('navigation').getByRole('link')
  const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  expect(paths).toEqual([...ways.map(({ path }) => path), '/element.html', '/video.html', '/lab.html'])
  for (const path of paths) await expect(page.getByRole('main').locator(`a[href="${path}"]`).first()).toBeVisible()
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test.describe('video hosts', () => {
  test('axe finds nothing, before and during an upload, and when videos have come to their ends, light and dark', async ({
    page,
    demo,
    folder,
  }) => {
    const [film, notes] = [
      await makeFile(folder, 'axe.mp4', 65 * MiB),
      await makeFile(folder, 'axe notes.txt', MiB),
    ] as const
    await openVideos(page, demo)
    await untilAccessible(page)
    await chooseFiles(page, film)
    await untilState(videoCard(page, film), 'created')
    await untilAccessible(page)
    await untilState(videoCard(page, film), 'processing')
    await untilAccessible(page)
    await chooseFiles(page, notes)
    await untilState(videoCard(page, film), 'ready')
    await untilState(videoCard(page, notes), 'failed')
    await untilAccessible(page)
  })

  test('nothing is cut off, however wide it is', async ({ page, demo, folder }) => {
    const file = await makeFile(folder, 'a film with a long name, nobody knows how wide, the very last cut.mp4', MiB)
    await openVideos(page, demo)
    await chooseFiles(page, file)
    await untilState(videoCard(page, file), 'ready')
    await expect(videoCard(page, file)).toContainText('.m3u8')
    for (const viewport of viewports) {
      await page.setViewportSize(viewport)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width)
      // What sticks out of a row is cut by it.
      const values = videoCard(page, file).locator('dd')
      expect(await values.evaluateAll((all) => all.filter((each) => each.scrollWidth > each.clientWidth))).toEqual([])
    }
  })
})

test.describe('the laboratory', () => {
  // It breaks connections, and browsers report that.
  test.use({ brokenNetwork: true })

  test('axe finds nothing, before and during an upload, light and dark', async ({ page, demo, folder }) => {
    const file = await makeFile(folder, 'film.mp4', 16 * MiB)
    await openLab(page, demo)
    await untilAccessible(page)
    await turn(page, 'Cut')
    await labTab(page).getByLabel('Choose files').setInputFiles(file.path)
    const row = labTab(page).getByTestId('upload')
    await expect(row).toHaveAttribute('data-status', 'waiting')
    await button(row, 'Pause').click()
    await expect(row).toHaveAttribute('data-status', 'paused')
    await page.getByText('The same as a table').click()
    await page.getByText('As it is stored').click()
    await page.getByRole('button', { name: 'Open a second tab here' }).click()
    await expect(page.frameLocator('#tab-b').getByTestId('upload')).toHaveAttribute('data-status', 'paused')
    await untilAccessible(page)
  })

  for (const viewport of viewports)
    test(`nothing moves while an upload gets on, and nothing is cut off, ${viewport.width} pixels wide`, async ({
      page,
      demo,
      folder,
    }) => {
      await page.setViewportSize(viewport)
      const whatMoved = await watchLayout(page)
      const file = await makeFile(folder, 'film.mp4', 8 * MiB)
      await openLab(page, demo)
      await turn(page, 'Cut')
      await labTab(page).getByLabel('Choose files').setInputFiles(file.path)
      await expect(labTab(page).getByTestId('upload')).toHaveAttribute('data-verified', 'true')
      expect(await whatMoved()).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width)
    })
})

async function untilAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations, passes } = await new AxeBuilder({ page }).analyze()
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
    expect(found, `violations, ${colorScheme}`).toEqual([])
    // A page that was not drawn has none either.
    expect(passes.map(({ id }) => id)).toContain('color-contrast')
  }
}
