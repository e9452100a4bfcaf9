import { createHash } from 'node:crypto'
import type { Page } from '@playwright/test'
import { startFarServer } from '../support/far-server.ts'
import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import {
  chooseFiles,
  chooseMade,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
} from '../support/upload-page.ts'

// What a browser does to the storage of a page: an upload never fails for it (I10).

const name = 'chunkwise'
const forgetful = 'This browser remembers nothing here'

/** Deletes the database, as "clear site data" does; resolves once it is gone. */
const clear = (page: Page): Promise<void> =>
  page.evaluate(
    (database) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase(database)
        request.onsuccess = () => resolve()
        request.onerror = () => reject(request.error)
      }),
    name,
  )

test('F72 cleared in mid-upload: it goes on from memory, and after a reload the file can be added anew', async ({
  page,
  site,
  folder,
}) => {
  const [first, second] = await Promise.all([
    makeFile(folder, 'first.mp4', 24 * MiB),
    makeFile(folder, 'second.mp4', 24 * MiB),
  ])
  await openPage(page)
  const early = site.network.holdAt(10 * MiB)
  await chooseFiles(page, first)
  await untilHeld(early)
  await clear(page)
  early.release()
  await untilVerified(uploadRow(page, first), first, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)

  const late = site.network.holdAt(10 * MiB)
  await chooseFiles(page, second)
  await untilHeld(late)
  await clear(page)
  await page.reload()
  late.release()
  // Shown once the page has looked for earlier uploads, and there are none.
  await expect(page.getByRole('list', { name: 'What to try' })).toBeVisible()
  await expect(page.getByTestId('upload')).toHaveCount(0)
  await chooseFiles(page, second)
  await untilVerified(uploadRow(page, second), second, site.server)
})

test('F73 a later release opens its database at once, and this one goes on without', async ({
  page,
  context,
  site,
  folder,
}) => {
  const [first, second] = await Promise.all([
    makeFile(folder, 'first.mp4', 24 * MiB),
    makeFile(folder, 'second.mp4', MiB),
  ])
  await openPage(page)
  const hold = site.network.holdAt(10 * MiB)
  await chooseFiles(page, first)
  await untilHeld(hold)
  const later = await context.newPage()
  await later.goto('/harness.html?options={"store":false}')
  const version = await later.evaluate(
    (database) =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open(database, 2)
        request.onblocked = () => reject(new Error('An older page stands in the way'))
        request.onsuccess = () => resolve(request.result.version)
        request.onerror = () => reject(request.error)
      }),
    name,
  )
  expect(version).toBe(2)
  hold.release()
  await untilVerified(uploadRow(page, first), first, site.server)

  await page.reload()
  await chooseFiles(page, second)
  await untilVerified(uploadRow(page, second), second, site.server)
  await expect(page.getByText(forgetful)).toBeVisible()
  expect(bytesSentAgain(site.network.log)).toBe(0)
})

test('F73 a page that never lets go of the database keeps no other one waiting', async ({
  page,
  context,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', MiB)
  const stubborn = await context.newPage()
  await stubborn.goto('/harness.html?options={"store":false}')
  // Nobody may open what somebody wants to delete, and that waits for whoever has it open.
  await stubborn.evaluate(
    (database) =>
      new Promise<void>((resolve) => {
        indexedDB.open(database, 1).onsuccess = () => {
          indexedDB.deleteDatabase(database).onblocked = () => resolve()
        }
      }),
    name,
  )
  await openPage(page)
  await chooseFiles(page, file)
  await untilVerified(uploadRow(page, file), file, site.server)
  await expect(page.getByText(forgetful)).toBeVisible()
})

test.describe('in a frame without an origin', () => {
  // Firefox tells on the console that it loads no worker there.
  test.use({ brokenNetwork: true })

  test('F70 where the browser refuses all storage, the upload runs', async ({ page, site }) => {
    // The frame has no origin: only a proxy that says so lets it in, the server never does.
    const server = await startFarServer({
      headers(headers) {
        for (const what of ['Origin', 'Methods', 'Headers']) headers.set(`Access-Control-Allow-${what}`, '*')
      },
    })
    await page.goto('/harness.html?options={"store":false}')
    await page.evaluate(
      (options) => {
        const frame = document.createElement('iframe')
        frame.setAttribute('sandbox', 'allow-scripts')
        frame.src = `/harness.html?options=${encodeURIComponent(JSON.stringify(options))}`
        document.body.replaceChildren(frame)
      },
      { endpoint: server.endpoint },
    )
    const frame = page.frameLocator('iframe')
    await expect(frame.getByTestId('notice')).toHaveText('not-persistent')
    await chooseMade(frame.getByLabel('Choose files'), 'film.mp4', 5 * MiB)
    const row = frame.getByTestId('upload')
    await untilStatus(row, 'completed')
    await expect(row).toHaveAttribute('data-verified', 'true')
    expect(await server.finished()).toEqual({
      'film.mp4': createHash('md5')
        .update(Buffer.alloc(5 * MiB))
        .digest('hex'),
    })
    await server.close()
    expect(site.network.log).toEqual([])
  })
})
