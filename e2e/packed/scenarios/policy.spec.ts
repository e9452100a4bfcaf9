import type { Page } from '@playwright/test'
import type { ProjectName } from '../project.ts'
import { pagesOf } from '../projects-folder.ts'
import { chooseFile, expect, test } from '../static-fixtures.ts'
import type { StaticSite, StaticSiteOptions } from '../static-site.ts'
import { tagPage } from '../tag-page.ts'

// The levels of policy that the README of the client names; each is sent with every file, as sites do, so that a worker has
// it as well as its page.

interface Given {
  readonly page: Page
  readonly start: (options: StaticSiteOptions) => Promise<StaticSite>
}

/** Uploads a file on a page with this policy and no other permission, and gives back what became of it. */
async function upload({ page, start }: Given, options: StaticSiteOptions, policy: string) {
  const events: string[] = []
  await page.exposeFunction('violated', (directive: string) => void events.push(directive))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
      // Playwright has put it there, above.
      (window as unknown as { violated(directive: string): void }).violated(effectiveDirective),
    )
  })
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text())
  })
  // The picture is the page's own icon.
  const whole = `default-src 'none'; img-src data:; ${policy}; report-uri /violations`
  const site = await start({ ...options, headers: { 'Content-Security-Policy': whole } })
  await page.goto(site.url)
  await chooseFile(page)
  await expect(page.getByText(/completed/i).first()).toBeVisible()
  return { ...site, events, errors }
}

/** Of the page by events, of its workers by reports only. */
const nothing = { events: [], violations: [], errors: [] }
const fast = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"

for (const project of ['react', 'vue', 'webpack', 'element'] satisfies ProjectName[])
  test(`${project}: ${fast}`, async ({ page, start }) => {
    const found = await upload({ page, start }, { folder: pagesOf(project) }, fast)
    expect(found).toMatchObject(nothing)
  })

const folder = (): string => pagesOf('script-tag')
const own = 'src="/chunkwise.global.js"'
const nonce = 'bm9uY2U'
for (const policy of [
  fast,
  `script-src 'nonce-${nonce}' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'`,
  `script-src 'nonce-${nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'`,
])
  test(`script tag: ${policy}`, async ({ page, start }) => {
    const found = await upload({ page, start }, { folder: folder(), texts: tagPage(own, nonce) }, policy)
    expect(found).toMatchObject(nothing)
    expect(found.asked).toEqual(['/', scriptOf('global'), '/app.js', scriptOf('files'), scriptOf('hash')])
  })

test('script tag from another origin: its origin among script-src, and worker-src blob:', async ({ page, start }) => {
  const cdn = await start({ folder: folder() })
  const policy = `script-src 'self' ${cdn.url} 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'`
  const worker = page.waitForEvent('worker')
  const found = await upload(
    { page, start },
    { folder: pagesOf('node'), texts: tagPage(`src="${cdn.url}/chunkwise.global.js"`) },
    policy,
  )
  expect((await worker).url()).toMatch(/^blob:/)
  expect(found).toMatchObject(nothing)
  expect(cdn.asked).toEqual(['global', 'files', 'hash'].map(scriptOf))
})

test("script tag: require-trusted-types-for 'script', with a default policy of the page's own", async ({
  page,
  start,
}) => {
  const { '/app.js': app, ...others } = tagPage(own)
  const texts = {
    ...others,
    '/app.js': `trustedTypes.createPolicy('default', { createScriptURL: (url) => url });${app}`,
  }
  const found = await upload(
    { page, start },
    { folder: folder(), texts },
    `${fast}; require-trusted-types-for 'script'`,
  )
  expect(found).toMatchObject(nothing)
})

// What a page may forbid at the cost of speed: the browser reports each attempt.
const wasm = { directive: 'script-src', blocked: 'wasm-eval' }
const worker = { directive: 'worker-src', blocked: expect.stringContaining('chunkwise.hash') }
// A browser reports when it has time, and the kinds in no order.
const reported = ({ violations }: StaticSite) =>
  violations.toSorted((one, other) => one.directive.localeCompare(other.directive))

test('without WebAssembly a worker hashes by script', async ({ page, start }) => {
  const policy = "script-src 'self'; worker-src 'self'; connect-src 'self'"
  const found = await upload({ page, start }, { folder: folder(), texts: tagPage(own) }, policy)
  await expect.poll(() => reported(found)).toMatchObject([wasm, wasm])
  expect(found.events).toEqual([])
  expect(found.asked).toContain(scriptOf('hash-more'))
})

test('without workers the page hashes itself', async ({ page, start }) => {
  const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'; connect-src 'self'"
  const found = await upload({ page, start }, { folder: folder(), texts: tagPage(own) }, policy)
  await expect.poll(() => reported(found)).toMatchObject([worker])
  expect(found.events).toEqual(['worker-src'])
  expect(found.asked).not.toContain(scriptOf('hash-more'))
})

test('without both the page hashes by script', async ({ page, start }) => {
  const policy = "script-src 'self'; worker-src 'none'; connect-src 'self'"
  const found = await upload({ page, start }, { folder: folder(), texts: tagPage(own) }, policy)
  await expect.poll(() => reported(found)).toMatchObject([wasm, wasm, worker, worker])
})

function scriptOf(part: string): string {
  return `/chunkwise.${part}.js`
}
