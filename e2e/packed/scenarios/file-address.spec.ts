import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@playwright/test'
import type { ProjectName } from '../project.ts'
import { pagesOf } from '../projects-folder.ts'

// As a person does who double-clicks the page that the README shows.
const addressOf = (project: ProjectName): string => pathToFileURL(join(pagesOf(project), 'index.html')).href

const serveIt = 'this page was opened from a file: serve it over http'

test('a page with the script tag that is opened as a file says that it has to be served', async ({ page }) => {
  const error = page.waitForEvent('pageerror')
  await page.goto(addressOf('script-tag'))
  expect((await error).message).toContain(serveIt)
})

test('so does the element, where people look', async ({ page }) => {
  await page.goto(addressOf('element'))
  await expect(page.getByRole('alert')).toContainText(serveIt)
})
