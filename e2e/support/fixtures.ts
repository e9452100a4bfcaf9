import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type Page } from '@playwright/test'
import { type Demo, startDemo } from './demo.ts'
import { processOf, untilEnded } from './browser-process.ts'
import { runFolder } from './run-folder.ts'
import { type Site, startSite } from './site.ts'

interface Options {
  /** Tokens that are good at the server; none: it asks nobody who they are. */
  readonly tokens: readonly string[]
  /** How long a request may send nothing before the server ends it, in milliseconds. */
  readonly idleMs: number | undefined
  /** Whether the test breaks the network, which browsers report on the console. */
  readonly brokenNetwork: boolean
  /** Whether a warning on the console fails the test as well. */
  readonly noWarnings: boolean
}

interface OpenedBrowser {
  readonly page: Page
  /** To be killed. */
  readonly process: number
}

interface Fixtures {
  /** A page's site: the real server with its disk store, and the way there. */
  readonly site: Site
  /** A folder for files of the test's own. */
  readonly folder: string
  /** Starts a browser of the test's own, each time with the same profile on the disk. */
  readonly openBrowser: () => Promise<OpenedBrowser>
  /** Fails the test if its page reported an error. */
  readonly console: void
}

interface Shared {
  /** The demo as people start it, for what its own server does: shared by the tests of a worker, one after the other. */
  readonly demo: Demo
}

// What browsers say of a request that had no answer, or one that the page may not see.
const refusals =
  /Failed to load resource|blocked by CORS policy|Cross-Origin Request Blocked|A ServiceWorker passed a promise|may not load data from/

/** A test with a site of its own; `page.goto('/')` opens the demo's first page there. */
export const test = base.extend<Options & Fixtures, Shared>({
  tokens: [[], { option: true }],
  idleMs: [undefined, { option: true }],
  brokenNetwork: [false, { option: true }],
  noWarnings: [false, { option: true }],
  demo: [
    // Playwright wants to see that this asks for nothing.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const demo = await startDemo()
      await use(demo)
      await demo.close()
    },
    { scope: 'worker' },
  ],
  site: async ({ tokens, idleMs }, use) => {
    const site = await startSite(runFolder().pages, tokens, idleMs)
    await use(site)
    await site.close()
  },
  baseURL: async ({ site }, use) => use(site.url),
  folder: async ({ baseURL: _site }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'chunkwise-files-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  openBrowser: async ({ playwright, browserName, launchOptions, site, folder }, use) => {
    const profile = join(folder, 'profile')
    // What a browser leaves behind when it is killed goes with the folder.
    const env = { ...process.env, TMPDIR: folder }
    const opened: OpenedBrowser[] = []
    await use(async () => {
      const settings = { ...launchOptions, baseURL: site.url, env }
      const context = await playwright[browserName].launchPersistentContext(profile, settings)
      const page = context.pages()[0] ?? (await context.newPage())
      const browser = { page, process: await processOf(profile) }
      opened.push(browser)
      return browser
    })
    for (const { page, process } of opened) {
      await page.context().close()
      await untilEnded(process)
    }
  },
  console: [
    async ({ context, brokenNetwork, noWarnings }, use) => {
      const errors: string[] = []
      const types = noWarnings ? ['error', 'warning'] : ['error']
      const tell = (text: string): void => {
        if (!brokenNetwork || !refusals.test(text)) errors.push(text)
      }
      // Firefox tells of a refused origin as if a script had failed.
      context.on('weberror', (error) => tell(String(error.error())))
      context.on('console', (message) => {
        if (types.includes(message.type())) tell(message.text())
      })
      await use()
      base.expect(errors, 'errors on the console of the page').toEqual([])
    },
    { auto: true },
  ],
})

export { expect } from '@playwright/test'
