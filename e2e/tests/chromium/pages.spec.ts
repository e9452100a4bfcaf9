import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
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

// How a page looks does not hang on the browser, but only Chromium tells of shifts and takes a colour scheme here.

// A colour on its way to another would be measured as it is just then.
test.use({ noWarnings: true, contextOptions: { reducedMotion: 'reduce' } })

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

  for (const viewport of [
    { width: 1280, height: 720 },
    { width: 360, height: 740 },
  ])
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
