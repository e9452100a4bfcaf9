import { createHash } from 'node:crypto'
import { kill } from 'node:process'
import { createUploader, UploadError } from '@chunkwise/client'
import { createFakeClock, createFaultServer, type Fault as ScriptFault } from '@chunkwise/testing'
import type { Locator, Page } from '@playwright/test'
import { MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { barsThatEnded, faultSwitch, labTab, openLab, turn, type Fault } from '../../support/lab-page.ts'
import { storedMd5, storedUploads } from '../../support/server.ts'

test.use({ brokenNetwork: true })

// In which order they are switched on, and what the picture then says.
const outcomes: readonly (readonly [Fault, string])[] = [
  ['Stall', 'stalled, 200'],
  ['Cut', 'cut'],
  ['Lost answer', 'answer lost'],
  ['503', '503 busy'],
  ['Kill', 'server killed'],
  ['Expire', 'expired, 404'],
]

const chosen: readonly ScriptFault[] = [
  { fault: 'delay', ms: 1000 },
  { fault: 'cut', after: 500_000 },
  { fault: 'lost' },
  { fault: 'status', status: 503, headers: { 'Retry-After': '1' } },
  { fault: 'kill', after: 50_000, ms: 500 },
  { fault: 'gone' },
]

test('an upload that meets every fault in turn arrives whole, and what happened can be played again', async ({
  page,
  demo,
}) => {
  // A chunk takes a quarter of a second: enough of them for each fault to be switched on while others go through.
  // A name of its own: other tests use this laboratory too.
  const file = { name: 'every-fault.mp4', size: 48 * MiB }
  await page.addInitScript(`globalThis.knownBytes = ${String(knownBytes)}`)
  await openLab(page, demo)
  await page.getByLabel('Stall: for').selectOption('1 s')
  const before = await serverProcess(page)
  await chooseKnownBytes(labTab(page).getByLabel('Choose files'), file)
  for (const [fault, outcome] of outcomes) {
    await turn(page, fault)
    await expect(barsThatEnded(page, outcome)).toHaveCount(1)
    await expect(faultSwitch(page, fault)).not.toBeChecked()
  }
  await expect(page.getByText(/killed 1 time$/)).toBeVisible()
  expect(() => kill(before, 0), 'the process that was killed').toThrow('ESRCH')
  expect(await serverProcess(page)).not.toBe(before)
  await expect(page.getByRole('region', { name: 'Records' })).toContainText('1 of at most 3 times')

  await turn(page, 'Slow')
  const row = labTab(page).getByTestId('upload')
  await expect(row).toHaveAttribute('data-status', 'completed', { timeout: 30_000 })
  await expect(row).toHaveAttribute('data-verified', 'true')
  const stored = await storedUploads(`${demo.url}/lab/api/uploads/`, demo.labFolder)
  expect(await storedMd5(stored, file.name)).toBe(createHash('md5').update(knownBytes(file.size)).digest('hex'))
  await expect(page.getByText('Nothing: a record is written')).toBeVisible()

  const script: unknown = JSON.parse(await copied(page))
  expect(await replayed(script, file.size)).toEqual(chosen)
})

/** Bytes that are the same here and in a page, and differ from chunk to chunk. */
function knownBytes(size: number): Uint8Array<ArrayBuffer> {
  // No chunk is as long as a pattern.
  const pattern = new Uint8Array(1_000_003).map((_, at) => (at * 31 + (at >> 8)) & 255)
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += pattern.length) bytes.set(pattern.subarray(0, size - at), at)
  return bytes
}

/** Chooses a file that is made in the page: Firefox takes none from the disk in a frame, when it is driven by a test. */
const chooseKnownBytes = (input: Locator, file: { readonly name: string; readonly size: number }): Promise<void> =>
  input.evaluate((input: HTMLInputElement, { name, size }) => {
    // From the script that the test has added.
    const page = globalThis as unknown as { knownBytes: typeof knownBytes }
    const chosen = new DataTransfer()
    chosen.items.add(new File([page.knownBytes(size)], name))
    input.files = chosen.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }, file)

async function serverProcess(page: Page): Promise<number> {
  const text = await page.getByText(/^Server process \d+/).textContent()
  return Number(/\d+/.exec(text ?? '')?.[0])
}

/** What the button puts into the clipboard, pasted. */
async function copied(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Copy' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  await page.evaluate(() => document.body.append(document.createElement('textarea')))
  await page.locator('textarea').press('Control+V')
  return page.locator('textarea').inputValue()
}

/** What an upload to the mock server meets that plays this script, but for the slow pace. */
async function replayed(script: unknown, size: number): Promise<readonly ScriptFault[]> {
  const clock = createFakeClock()
  const server = createFaultServer({ clock })
  server.play(script as [])
  const uploader = createUploader({
    ...{ endpoint: server.endpoint, transport: server.transport(UploadError), store: false, clock, chunkSize: MiB },
  })
  const { verified } = await clock.run(uploader.add(new File([new Uint8Array(size)], 'film.mp4')).finished)
  expect(verified).toBe(true)
  expect(server.left, 'entries that met no request').toBe(0)
  return server.log
    .map(({ fault }) => fault)
    .filter(({ fault }) => fault !== 'ok' && fault !== 'slow' && fault !== 'drop')
}
