import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type BrowserContext, type Page } from '@playwright/test'
import { runFolder } from './run-folder.ts'
import { type Site, startSite } from './site.ts'

interface Options {
  /** Tokens that are good at the server; none: it asks nobody who they are. */
  readonly tokens: readonly string[]
  /** Whether the test breaks the network, which browsers report on the console. */
  readonly brokenNetwork: boolean
}

interface Fixtures {
  /** A page's site: the real server with its disk store, and the way there. */
  readonly site: Site
  /** A folder for files of the test's own. */
  readonly folder: string
  /** Starts a browser with a profile on the disk, and gives its page. */
  readonly openBrowser: (profile: string) => Promise<Page>
  /** Fails the test if its page reported an error. */
  readonly console: void
}

/** A test with a site of its own; `page.goto('/')` opens the demo there. */
export const test = base.extend<Options & Fixtures>({
  tokens: [[], { option: true }],
  brokenNetwork: [false, { option: true }],
  site: async ({ tokens }, use) => {
    const site = await startSite(runFolder().pages, tokens)
    await use(site)
    await site.close()
  },
  baseURL: async ({ site }, use) => use(site.url),
  folder: async ({ baseURL: _site }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'chunkwise-files-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  openBrowser: async ({ playwright, browserName, launchOptions, baseURL }, use) => {
    const opened: BrowserContext[] = []
    await use(async (profile) => {
      const settings = { ...launchOptions, ...(baseURL === undefined ? {} : { baseURL }) }
      const context = await playwright[browserName].launchPersistentContext(profile, settings)
      opened.push(context)
      return context.pages()[0] ?? (await context.newPage())
    })
    for (const context of opened) await context.close()
  },
  console: [
    async ({ context, brokenNetwork }, use) => {
      const errors: string[] = []
      context.on('weberror', (error) => errors.push(String(error.error())))
      context.on('console', (message) => {
        const refused = brokenNetwork && /Failed to load resource/.test(message.text())
        if (message.type() === 'error' && !refused) errors.push(message.text())
      })
      await use()
      base.expect(errors, 'errors on the console of the page').toEqual([])
    },
    { auto: true },
  ],
})

export { expect } from '@playwright/test'
