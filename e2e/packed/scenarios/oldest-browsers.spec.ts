import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'acorn'
import { folderOf, pagesOf } from '../projects-folder.ts'
import { chooseFile, expect, test } from '../static-fixtures.ts'
import { tagPage } from '../tag-page.ts'

// What the README of the client promises: Chrome and Edge 120, Firefox 124, Safari 17.4. The year of a syntax is held by the
// target of each build, the names by doing without those that are younger.

/** As `target` is in the settings of the builds. */
const year = 2022

const packages = [
  { name: 'client', project: 'script-tag' },
  { name: 'element', project: 'element' },
  { name: 'react', project: 'react' },
  { name: 'vue', project: 'vue' },
  { name: 'protocol', project: 'node' },
  // A page has these as its mock.
  { name: 'server', project: 'node' },
  { name: 'testing', project: 'node' },
] as const

for (const { name, project } of packages)
  test(`@chunkwise/${name} is written in JavaScript of ${year} at most`, async () => {
    const folder = join(folderOf(project), 'node_modules/@chunkwise', name, 'dist')
    const files = (await readdir(folder)).filter((file) => file.endsWith('.js'))
    expect(files).not.toEqual([])
    for (const file of files) {
      const code = await readFile(join(folder, file), 'utf8')
      const read = () => parse(code, { ecmaVersion: year, sourceType: 'module', allowHashBang: true })
      expect(read, file).not.toThrow()
    }
  })

test('an upload needs no name that is younger than the oldest browsers', async ({ page, start }) => {
  await page.addInitScript(() => {
    const younger: readonly [object, readonly string[]][] = [
      [Promise, ['try', 'withResolvers']],
      [Object, ['groupBy']],
      [Map, ['groupBy']],
      [Array, ['fromAsync']],
      [URL, ['parse']],
      [RegExp, ['escape']],
      [Uint8Array, ['fromBase64', 'fromHex']],
      [Uint8Array.prototype, ['toBase64', 'toHex']],
      [ArrayBuffer.prototype, ['transfer', 'resize']],
      [Set.prototype, ['union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf']],
      [Object.getPrototypeOf(Object.getPrototypeOf([].values())), ['map', 'filter', 'take', 'drop', 'toArray', 'some']],
      [Blob.prototype, ['bytes']],
      [Response.prototype, ['bytes']],
      [window, ['Iterator', 'scheduler', 'showOpenFilePicker', 'requestIdleCallback']],
    ]
    for (const [owner, names] of younger) for (const name of names) Reflect.deleteProperty(owner, name)
  })
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  const texts = tagPage('src="/chunkwise.global.js"')
  const site = await start({ folder: pagesOf('script-tag'), texts })
  await page.goto(site.url)
  await chooseFile(page)
  await expect(page.locator('output')).toHaveText('completed')
  expect(errors).toEqual([])
})
