import { expect, type Locator, type Page } from '@playwright/test'
import type { DiskFile } from './files.ts'
import type { Hold } from './network.ts'
import type { ReferenceServer } from './server.ts'

/** Settings of the demo's page, in its address. */
export interface PageSettings {
  readonly chunkSize?: number
  readonly concurrency?: number
  readonly token?: string
}

/** The demo's pages: one for each way to have the SDK in a page. */
export const ways = [
  { name: 'script tag', path: '/plain.html' },
  { name: 'React', path: '/react.html' },
  { name: 'Vue', path: '/vue.html' },
] as const

/** Opens a page of the demo with a file input instead of the browser's picker, which no test can reach. */
export async function openPage(page: Page, settings: PageSettings = {}, path = '/plain.html'): Promise<void> {
  const query = new URLSearchParams({ picker: 'input' })
  for (const [name, value] of Object.entries(settings)) query.set(name, String(value))
  await page.goto(`${path}?${query}`)
}

/** Chooses files, as a person does in the dialog of the browser. */
export const chooseFiles = (page: Page, ...files: readonly Pick<DiskFile, 'path'>[]): Promise<void> =>
  page.getByLabel('Choose files').setInputFiles(files.map(({ path }) => path))

/** Chooses a file of zeros that is on no disk: a page can give it any name, and no browser's driver is in the way. */
export const chooseMade = (input: Locator, name: string, size: number): Promise<void> =>
  input.evaluate(
    (element: HTMLInputElement, file) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([new Uint8Array(file.size)], file.name))
      element.files = transfer.files
      element.dispatchEvent(new Event('change', { bubbles: true }))
    },
    { name, size },
  )

/** The row of an upload. */
export const uploadRow = (page: Page, { name }: Pick<DiskFile, 'name'>): Locator =>
  page.locator(`[data-testid="upload"][data-name=${quoted(name)}]`)

// A text of CSS, whatever is in it.
const quoted = (text: string): string =>
  `"${[...text].map((sign) => `\\${sign.codePointAt(0)?.toString(16)} `).join('')}"`

export const button = (
  row: Locator,
  name: 'Pause' | 'Resume' | 'Cancel' | 'Retry' | 'Choose the file again',
): Locator => row.getByRole('button', { name, exact: true })

/** Chooses a file for an upload that wants it again. */
export async function chooseAgain(row: Locator, { path }: Pick<DiskFile, 'path'>): Promise<void> {
  const [chooser] = await Promise.all([
    row.page().waitForEvent('filechooser'),
    button(row, 'Choose the file again').click(),
  ])
  await chooser.setFiles(path)
}

/** Bytes that the page says are confirmed. */
export const confirmed = async (row: Locator): Promise<number> => Number(await row.getAttribute('data-offset'))

const longMs = 60_000

/** Waits until bytes are held back there. */
export async function untilHeld(hold: Hold | readonly Hold[], timeout: number = longMs): Promise<void> {
  const all = (): boolean => [hold].flat().every(({ isReached }) => isReached)
  await expect.poll(all, { message: 'bytes come to where they are held', intervals: [50], timeout }).toBe(true)
}

export async function untilStatus(row: Locator, status: string, timeout: number = longMs): Promise<void> {
  await expect(row).toHaveAttribute('data-status', status, { timeout })
}

/** Waits until the page says that the upload is complete and was compared, and compares it once more on the disk. */
export async function untilVerified(row: Locator, file: DiskFile, server: ReferenceServer): Promise<void> {
  await untilStatus(row, 'completed')
  await expect(row).toHaveAttribute('data-verified', 'true')
  await expect(row).toHaveAttribute('data-offset', String(file.size))
  expect(await server.md5(file.name), `MD5 of "${file.name}" on the server's disk`).toBe(file.md5)
}
