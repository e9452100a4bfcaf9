import { type DiskFile, makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import type { Site } from '../support/site.ts'
import { openTab, type Tab, twoTabs, untilFollowing } from '../support/tabs.ts'
import { button, chooseFiles, confirmed, untilHeld, untilStatus, untilVerified } from '../support/upload-page.ts'

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
