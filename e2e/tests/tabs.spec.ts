import type { Page } from '@playwright/test'
import { type DiskFile, makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import type { Site } from '../support/site.ts'
import { openTab, type Tab, twoTabs, untilFollowing } from '../support/tabs.ts'
import {
  button,
  chooseFiles,
  confirmed,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
} from '../support/upload-page.ts'

const size = 16 * MiB
const middle = 7.5 * MiB

const both = (one: Tab, other: Tab, file: DiskFile, site: Site): Promise<unknown> =>
  Promise.all([one, other].map(({ row }) => untilVerified(row, file, site.server)))

test('F67 two tabs add the same file: one session, both show how far it is and that it is done (I05)', async ({
  context,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', size)
  const { sends, follows, hold } = await twoTabs(context, site, file, middle)
  await expect.poll(() => confirmed(follows.row)).toBe(await confirmed(sends.row))
  expect(await confirmed(follows.row)).toBeGreaterThan(0)
  expect(uploadsIn(site.network.log)).toBe(1)
  hold.release()
  await both(sends, follows, file, site)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(await site.server.uploads()).toHaveLength(1)
})

test('F67 the tab that sends is closed: the other goes on, and no byte is sent twice', async ({
  context,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', size)
  const { sends, follows, hold } = await twoTabs(context, site, file, middle)
  await sends.page.close()
  hold.release()
  await untilVerified(follows.row, file, site.server)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(await site.server.uploads()).toHaveLength(1)
})

test('F67 paused from the tab that follows, it is paused in both, and goes on where it is resumed', async ({
  context,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', size)
  const { sends, follows, hold } = await twoTabs(context, site, file, middle)
  await button(follows.row, 'Pause').click()
  for (const { row } of [sends, follows]) await expect(row).toHaveAttribute('data-reason', 'user')
  hold.release()
  const requests = site.network.log.length
  await button(follows.row, 'Resume').click()
  await untilFollowing(sends)
  await both(follows, sends, file, site)
  expect(site.network.log.length).toBeGreaterThan(requests)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(await site.server.uploads()).toHaveLength(1)
})

test('F67 cancelled from the tab that follows, it is cancelled in both, and dropped by the server', async ({
  context,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', size)
  const { sends, follows, hold } = await twoTabs(context, site, file, middle)
  await button(follows.row, 'Cancel').click()
  for (const { row } of [sends, follows]) await untilStatus(row, 'cancelled')
  hold.release()
  await expect.poll(() => site.server.uploads()).toEqual([])
})

test('F67 a tab that is opened later shows what another one sends, and does not begin it again', async ({
  context,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', size)
  const first = await openTab(context, file)
  const hold = site.network.holdAt(middle)
  await chooseFiles(first.page, file)
  await untilHeld(hold)
  const second = await openTab(context, file)
  await untilFollowing(second)
  await expect.poll(() => confirmed(second.row)).toBe(await confirmed(first.row))
  hold.release()
  await both(first, second, file, site)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(bytesSentAgain(site.network.log)).toBe(0)
})

test.describe('without Web Locks, as on a page that is served by plain http', () => {
  test.beforeEach(async ({ context }) => {
    await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks'))
  })

  test('F68 a lease keeps the tabs apart, and is given back', async ({ context, site, folder }) => {
    const file = await makeFile(folder, 'film.mp4', size)
    const { sends, follows, hold } = await twoTabs(context, site, file, middle)
    expect(await sends.page.evaluate(() => 'locks' in navigator)).toBe(false)
    await button(sends.row, 'Pause').click()
    await expect(follows.row).toHaveAttribute('data-reason', 'user')
    hold.release()
    await button(follows.row, 'Resume').click()
    await both(follows, sends, file, site)
    expect(uploadsIn(site.network.log)).toBe(1)
    expect(await site.server.uploads()).toHaveLength(1)
  })

  test('F68 the tab that sends is closed: the other goes on when the lease has run out', async ({
    context,
    site,
    folder,
  }) => {
    const file = await makeFile(folder, 'film.mp4', size)
    const { sends, follows, hold } = await twoTabs(context, site, file, middle)
    await sends.page.close()
    hold.release()
    await untilVerified(follows.row, file, site.server)
    expect(uploadsIn(site.network.log)).toBe(1)
    expect(bytesSentAgain(site.network.log)).toBe(0)
  })
})

test('two tabs with many files share what may be at work, and everything arrives', async ({
  context,
  site,
  folder,
}) => {
  const files = await Promise.all(
    [0, 1].map((tab) => Promise.all([1, 2, 3, 4].map((file) => makeFile(folder, `${tab}-${file}.bin`, 2 * MiB)))),
  )
  // Every chunk that carries the first byte of its file stands still.
  const holds = files.flat().map(() => site.network.holdAt(0))
  const pages = [await context.newPage(), await context.newPage()] as const
  const count = (page: Page): Promise<number> =>
    page.locator('[data-status="uploading"], [data-status="creating"]').count()
  for (const [tab, page] of pages.entries()) {
    await page.goto('/harness.html')
    await page.getByLabel('Choose files').setInputFiles((files[tab] ?? []).map(({ path }) => path))
    await expect.poll(() => count(page)).toBe(tab === 0 ? 3 : 1)
  }
  await expect(pages[1].locator('[data-status="preparing"]')).toHaveCount(2)
  expect([await count(pages[0]), await count(pages[1])]).toEqual([3, 1])
  for (const hold of holds) hold.release()
  for (const [tab, page] of pages.entries())
    for (const file of files[tab] ?? []) await untilVerified(uploadRow(page, file), file, site.server)
  expect(await site.server.uploads()).toHaveLength(8)
  expect(bytesSentAgain(site.network.log)).toBe(0)
})
