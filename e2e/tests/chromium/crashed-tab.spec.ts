import { makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../../support/request-log.ts'
import { twoTabs } from '../../support/tabs.ts'
import { untilVerified } from '../../support/upload-page.ts'

test('F68 the tab that sends crashes: the other goes on, and no byte is sent twice', async ({
  context,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 16 * MiB)
  const { sends, follows, hold } = await twoTabs(context, site, file, 7.5 * MiB)
  const crashed = sends.page.waitForEvent('crash')
  const session = await context.newCDPSession(sends.page)
  // It never answers.
  void session.send('Page.crash').catch(() => {})
  await crashed
  hold.release()
  await untilVerified(follows.row, file, site.server)
  expect(uploadsIn(site.network.log)).toBe(1)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(await site.server.uploads()).toHaveLength(1)
})
