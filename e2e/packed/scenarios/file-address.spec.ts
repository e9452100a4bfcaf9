import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ProjectName } from '../project.ts'
import { pagesOf } from '../projects-folder.ts'
import { expect, test } from '../static-fixtures.ts'

// As a person does who double-clicks the page that the README shows.
const addressOf = (project: ProjectName): string => pathToFileURL(join(pagesOf(project), 'index.html')).href

const serveIt = 'a page opened as a file: serve it over http'

test('a page with the script tag that is opened as a file says that it has to be served', async ({ page }) => {
  const error = page.waitForEvent('pageerror')
  await page.goto(addressOf('script-tag'))
  expect((await error).message).toContain(serveIt)
})

test('so does the element, where people look', async ({ page }) => {
  await page.goto(addressOf('element'))
  await expect(page.getByRole('alert')).toContainText(serveIt)
})

test('and the error of an upload to a server that was named in full', async ({ page, start }) => {
  const site = await start({ folder: pagesOf('script-tag') })
  await page.goto(addressOf('script-tag'))
  const message = await page.evaluate((endpoint) => {
    // What the script tag leaves behind.
    const { Chunkwise } = globalThis as unknown as { readonly Chunkwise: typeof import('@chunkwise/client') }
    const uploader = Chunkwise.createUploader({ endpoint, retry: { attempts: 0, patienceMs: 0 } })
    return uploader.add(new File(['some bytes'], 'some.txt')).finished.then(String, ({ message }: Error) => message)
  }, `${site.url}/api/uploads/`)
  expect(message).toContain(serveIt)
})
