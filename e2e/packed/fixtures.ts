import { test as base } from '../support/fixtures.ts'
import { type Site, startSite } from '../support/site.ts'
import type { ProjectName } from './project.ts'
import { pagesOf } from './projects-folder.ts'

interface Options {
  /** The app whose pages the site has. */
  readonly project: ProjectName
}

/** A test with a site of its own, on which an app is served: `page.goto('/')` opens it. */
export const test = base.extend<Options & { readonly site: Site; readonly found: void }>({
  project: ['script-tag', { option: true }],
  noWarnings: true,
  site: async ({ project }, use) => {
    const site = await startSite(pagesOf(project), [])
    await use(site)
    await site.close()
  },
  // Not all that is missing is told on the console.
  found: [
    async ({ context }, use) => {
      const missing: string[] = []
      context.on('response', (response) => {
        if (response.status() === 404) missing.push(response.url())
      })
      await use()
      base.expect(missing, 'what a page asked for in vain').toEqual([])
    },
    { auto: true },
  ],
})

export { expect } from '@playwright/test'
