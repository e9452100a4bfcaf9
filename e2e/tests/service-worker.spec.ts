import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import { chooseFiles, confirmed, untilHeld, untilVerified, uploadRow } from '../support/upload-page.ts'

test.use({ brokenNetwork: true })

test('F80 behind a service worker that hands everything on: no progress is reported, and the upload gets on all the same', async ({
  page,
  site,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 12 * MiB)
  // What the browser reports of bytes that go out.
  await page.addInitScript(() => {
    const reports: number[] = []
    Object.assign(window, { reports })
    const { setRequestHeader } = XMLHttpRequest.prototype
    // Each request has headers, and they are set before it goes out.
    XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
      this.upload.addEventListener('progress', ({ loaded }) => reports.push(loaded))
      setRequestHeader.call(this, name, value)
    }
  })
  await page.goto('/harness.html')
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/pass-through.js')
    await navigator.serviceWorker.ready
  })
  await page.reload()
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toContain('/pass-through.js')

  const row = uploadRow(page, file)
  const hold = site.network.holdAt(6.5 * MiB)
  site.network.cutAt(9.5 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await expect.poll(() => confirmed(row)).toBeGreaterThanOrEqual(5 * MiB)
  hold.release()
  await untilVerified(row, file, site.server)
  expect(await page.evaluate(() => Reflect.get(window, 'reports'))).toEqual([])
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})
