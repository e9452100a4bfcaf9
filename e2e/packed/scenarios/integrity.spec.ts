import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { folderOf, pagesOf } from '../projects-folder.ts'
import { type StaticSite, type StaticSiteOptions, startStaticSite } from '../static-site.ts'
import { tagPage } from '../tag-page.ts'

const sites: StaticSite[] = []
test.afterEach(async () => {
  for (const site of sites.splice(0)) await site.close()
})

async function start(options: StaticSiteOptions): Promise<StaticSite> {
  const site = await startStaticSite(options)
  sites.push(site)
  return site
}

const anyone = { 'Access-Control-Allow-Origin': '*' }
const cdnOf = (project: 'script-tag' | 'element', headers: Readonly<Record<string, string>> = anyone) =>
  start({ folder: pagesOf(project), headers })

/** The hash that the build has written down. */
async function hashOf(project: 'script-tag' | 'element', file: string): Promise<string> {
  const name = project === 'element' ? 'element' : 'client'
  const path = join(folderOf(project), 'node_modules/@chunkwise', name, 'dist/integrity.json')
  const hashes = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, string>>
  return hashes[file] ?? 'there is none'
}

const choose = (page: Page): Promise<void> =>
  page
    .locator('input[type=file]')
    .setInputFiles({ name: 'film.mp4', mimeType: 'video/mp4', buffer: randomBytes(3_000_000) })

test('with its hash the script tag works from another origin, and so does what it loads from there', async ({
  page,
}) => {
  const cdn = await cdnOf('script-tag')
  const hash = await hashOf('script-tag', 'chunkwise.global.js')
  const tag = `src="${cdn.url}/chunkwise.global.js" integrity="${hash}" crossorigin`
  const site = await start({ folder: folderOf('node'), texts: tagPage(tag) })
  const worker = page.waitForEvent('worker')
  await page.goto(site.url)
  await choose(page)
  await expect(page.locator('output')).toHaveText('completed')
  // A worker must be of the page's own origin: it is a bit of script that imports the file.
  expect((await worker).url()).toMatch(/^blob:/)
  expect(cdn.asked).toEqual(['/chunkwise.global.js', '/chunkwise.files.js', '/chunkwise.hash.js'])
})

test('with its hash the script of the element works from another origin, and so does what it loads from there', async ({
  page,
}) => {
  const cdn = await cdnOf('element')
  const hash = await hashOf('element', 'chunkwise-element.global.js')
  const site = await start({
    folder: folderOf('node'),
    texts: {
      '/': `<!doctype html>
<title>Uploads</title>
<script src="${cdn.url}/chunkwise-element.global.js" integrity="${hash}" crossorigin></script>
<chunkwise-upload endpoint="/api/uploads/"></chunkwise-upload>`,
    },
  })
  await page.goto(site.url)
  await choose(page)
  await expect(page.getByRole('listitem')).toContainText('Completed')
  expect(cdn.asked).toEqual(['/chunkwise-element.global.js', '/chunkwise.files.js', '/chunkwise.hash.js'])
})

test('with the hash of another file the script is refused', async ({ page }) => {
  const cdn = await cdnOf('script-tag')
  const hash = await hashOf('script-tag', 'chunkwise.files.js')
  const tag = `src="${cdn.url}/chunkwise.global.js" integrity="${hash}" crossorigin`
  const site = await start({ folder: folderOf('node'), texts: tagPage(tag) })
  const said = page.waitForEvent('console', (message) => /'integrity' attribute/.test(message.text()))
  await page.goto(site.url)
  expect((await said).type()).toBe('error')
  expect(await page.evaluate(() => 'Chunkwise' in window)).toBe(false)
})

test('a page that is isolated takes all files from another origin that lets it, for they are asked for as the script was', async ({
  page,
}) => {
  const cdn = await cdnOf('script-tag')
  const isolated = { 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Opener-Policy': 'same-origin' }
  const texts = tagPage(`src="${cdn.url}/chunkwise.global.js" crossorigin`)
  const site = await start({ folder: folderOf('node'), headers: isolated, texts })
  await page.goto(site.url)
  await choose(page)
  await expect(page.locator('output')).toHaveText('completed')
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
})
