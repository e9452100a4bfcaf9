import { randomBytes } from 'node:crypto'
import { test as base, type Page } from '@playwright/test'
import { type StaticSite, type StaticSiteOptions, startStaticSite } from './static-site.ts'

interface Fixtures {
  /** Starts a site that ends with the test. */
  readonly start: (options: StaticSiteOptions) => Promise<StaticSite>
}

/** A test with as many sites as it likes. */
export const test = base.extend<Fixtures>({
  start: async ({ baseURL: _none }, use) => {
    const sites: StaticSite[] = []
    await use(async (options) => {
      const site = await startStaticSite(options)
      sites.push(site)
      return site
    })
    for (const site of sites) await site.close()
  },
})

/** Chooses a file that is small, but for which hashing begins all the same. */
export const chooseFile = (page: Page): Promise<void> =>
  page
    .locator('input[type=file]')
    .setInputFiles({ name: 'film.mp4', mimeType: 'video/mp4', buffer: randomBytes(3_000_000) })

export { expect } from '@playwright/test'
