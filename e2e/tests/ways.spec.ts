import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import {
  button,
  chooseAgain,
  chooseFiles,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
  ways,
} from '../support/upload-page.ts'

test.use({ noWarnings: true })

for (const { name, path } of ways) {
  test(`${name}: paused, resumed, reloaded in mid-chunk and chosen again, a file arrives whole`, async ({
    page,
    site,
    folder,
  }) => {
    // Over 64 MiB, so that no copy is kept for after the reload.
    const file = await makeFile(folder, 'film.mp4', 65 * MiB)
    await openPage(page, {}, path)
    const row = uploadRow(page, file)
    const early = site.network.holdAt(12 * MiB)
    await chooseFiles(page, file)
    await untilHeld(early)
    await button(row, 'Pause').click()
    await untilStatus(row, 'paused')
    early.release()

    const late = site.network.holdAt(40 * MiB)
    await button(row, 'Resume').click()
    await untilHeld(late)
    await page.reload()
    late.release()
    await untilStatus(row, 'paused')
    await expect(row).toHaveAttribute('data-resumability', 'reselect')
    await chooseAgain(row, file)
    await untilVerified(row, file, site.server)
    expect(bytesSentAgain(site.network.log)).toBe(0)
    expect(uploadsIn(site.network.log)).toBe(1)
    expect(await site.server.uploads()).toHaveLength(1)
  })
}
