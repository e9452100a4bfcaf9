import type { Locator, Page, Worker } from '@playwright/test'
import { makeFile, MiB, type DiskFile } from '../../support/files.ts'
import { bytesSentAgain, uploadsIn } from '../../support/request-log.ts'
import { untilHeld } from '../../support/upload-page.ts'
import { expect, test } from '../fixtures.ts'
import type { ProjectName } from '../project.ts'

/** An app as a person sees it. */
interface App {
  readonly project: ProjectName
  /** Where it shows its uploads. */
  readonly shown: (page: Page) => Locator
  /** What it says of one that wants its file again after a reload; nothing where it does not look for such. */
  readonly wanting?: string
  readonly completed: string
  readonly chooseAgain: (page: Page, file: DiskFile) => Promise<void>
}

const choose = (page: Page, { path }: DiskFile): Promise<void> => page.locator('input[type=file]').setInputFiles(path)

const inPlain = { completed: 'completed', chooseAgain: choose }
const apps: readonly App[] = [
  { ...inPlain, project: 'react', shown: (page) => page.locator('p'), wanting: 'paused' },
  { ...inPlain, project: 'vue', shown: (page) => page.locator('p'), wanting: 'paused' },
  { ...inPlain, project: 'webpack', shown: (page) => page.locator('pre'), wanting: 'paused' },
  { ...inPlain, project: 'script-tag', shown: (page) => page.locator('output') },
  {
    project: 'element',
    shown: (page) => page.getByRole('listitem'),
    wanting: 'Needs the file',
    completed: 'Completed',
    async chooseAgain(page, { path }) {
      const again = page.getByRole('button', { name: 'Choose the file again' })
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), again.click()])
      await chooser.setFiles(path)
    },
  },
]

for (const { project, shown, wanting, completed, chooseAgain } of apps) {
  test.describe(project, () => {
    test.use({ project })

    test('as its README says, a file arrives whole, though the page was reloaded in the middle', async ({
      page,
      site,
      folder,
    }) => {
      // No test reaches the browser's own picker.
      await page.addInitScript(() => Reflect.deleteProperty(window, 'showOpenFilePicker'))
      // Over 64 MiB, so that no copy is kept for after the reload.
      const file = await makeFile(folder, 'film.mp4', 65 * MiB)
      const hold = site.network.holdAt(40 * MiB)
      await page.goto('/')
      const hashing = page.waitForEvent('worker')
      await choose(page, file)
      await untilHeld(hold)
      await untilServing(await hashing)
      await page.reload()
      hold.release()
      if (wanting !== undefined) await expect(shown(page)).toContainText(wanting)
      await chooseAgain(page, file)
      await expect(shown(page)).toContainText(completed, { timeout: 60_000 })
      expect(await site.server.md5(file.name), 'MD5 on the disk of the server').toBe(file.md5)
      expect(bytesSentAgain(site.network.log)).toBe(0)
      expect(uploadsIn(site.network.log)).toBe(1)
    })
  })
}

// A worker whose file is missing is there as well, and the page would compute in its place: only ours listens.
const untilServing = (worker: Worker): Promise<void> =>
  expect.poll(() => worker.evaluate(() => typeof self.onmessage)).toBe('function')
