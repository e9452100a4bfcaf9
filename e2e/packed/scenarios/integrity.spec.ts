import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folderOf, pagesOf } from '../projects-folder.ts'
import { chooseFile, expect, test } from '../static-fixtures.ts'
import { tagPage } from '../tag-page.ts'

const anyone = { 'Access-Control-Allow-Origin': '*' }
const cdnOf = (project: 'script-tag' | 'element') => ({ folder: pagesOf(project), headers: anyone })

/** The hash that the build has written down. */
async function hashOf(project: 'script-tag' | 'element', file: string): Promise<string> {
  const name = project === 'element' ? 'element' : 'client'
  const path = join(folderOf(project), 'node_modules/@chunkwise', name, 'dist/integrity.json')
  const hashes = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, string>>
  return hashes[file] ?? 'there is none'
}

test('with its hash the script tag works from another origin, and so does what it loads from there', async ({
  page,
  start,
}) => {
  const cdn = await start(cdnOf('script-tag'))
  const hash = await hashOf('script-tag', 'chunkwise.global.js')
  const tag = `src="${cdn.url}/chunkwise.global.js" integrity="${hash}" crossorigin`
  const site = await start({ folder: folderOf('node'), texts: tagPage(tag) })
  const worker = page.waitForEvent('worker')
  await page.goto(site.url)
  await chooseFile(page)
  await expect(page.locator('output')).toHaveText('completed')
  // A worker must be of the page's own origin: it is a bit of script that imports the file.
  expect((await worker).url()).toMatch(/^blob:/)
  expect(cdn.asked).toEqual(['/chunkwise.global.js', '/chunkwise.files.js', '/chunkwise.hash.js'])
})

test('with its hash the script of the element works from another origin, and so does what it loads from there', async ({
  page,
  start,
}) => {
  const cdn = await start(cdnOf('element'))
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
  await chooseFile(page)
  await expect(page.getByRole('listitem')).toContainText('Completed')
  expect(cdn.asked).toEqual(['/chunkwise-element.global.js', '/chunkwise.files.js', '/chunkwise.hash.js'])
})

test('with the hash of another file the script is refused', async ({ page, start }) => {
  const cdn = await start(cdnOf('script-tag'))
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
  start,
}) => {
  const cdn = await start(cdnOf('script-tag'))
  const isolated = { 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Opener-Policy': 'same-origin' }
  const texts = tagPage(`src="${cdn.url}/chunkwise.global.js" crossorigin`)
  const site = await start({ folder: folderOf('node'), headers: isolated, texts })
  await page.goto(site.url)
  await chooseFile(page)
  await expect(page.locator('output')).toHaveText('completed')
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
})
