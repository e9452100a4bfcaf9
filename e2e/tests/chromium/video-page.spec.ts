import type { Page } from '@playwright/test'
import { makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { chooseAgain, chooseFiles, confirmed, untilStatus, uploadRow } from '../../support/upload-page.ts'
import { openVideos, untilState, videoAddress, videoCard, videoHosts } from '../../support/video-page.ts'

const asAda = { Authorization: 'Token ada' }
const asGrace = { Authorization: 'Token grace' }

// Over 64 MiB, so that no copy is kept for after a reload.
const uncopied = 65 * MiB

for (const host of videoHosts) {
  test(`${host}: a video is followed until it is ready, also after a reload, and can be deleted`, async ({
    page,
    demo,
    folder,
  }) => {
    const file = await makeFile(folder, `ready, ${host}.mp4`, 2 * MiB)
    const card = videoCard(page, file)
    await openVideos(page, demo, host)
    await chooseFiles(page, file)
    await untilStatus(uploadRow(page, file), 'completed')
    await untilState(card, 'processing')
    await page.reload()
    await untilState(card, 'processing')
    await expect(uploadRow(page, file)).toHaveCount(0)
    await untilState(card, 'ready')
    await expect(card).toContainText('100 %')
    await expect(card).toContainText('m3u8')

    await card.getByRole('button', { name: 'Delete' }).click()
    await expect(card).toHaveCount(0)
    await openVideos(page, demo, host)
    await expect(card).toHaveCount(0)
  })

  test.describe('reloaded', () => {
    // What the page had sent may still be on its way to the host when its offset is asked for: 409 then tells the right one (F04).
    test.use({ brokenNetwork: true })

    test(`${host}: an upload that is reloaded in the middle goes on from there`, async ({ page, demo, folder }) => {
      const file = await makeFile(folder, `reloaded, ${host}.mp4`, uncopied)
      const row = uploadRow(page, file)
      await openVideos(page, demo, host)
      await chooseFiles(page, file)
      await expect.poll(() => confirmed(row)).toBeGreaterThan(0)
      const before = await confirmed(row)
      await page.reload()
      await untilStatus(row, 'paused')
      const offsets = offsetsOf(page)
      await chooseAgain(row, file)
      await untilStatus(row, 'completed')
      expect(offsets[0]).toBeGreaterThanOrEqual(before)
      await untilState(videoCard(page, file), 'processing')
    })
  })

  test(`${host}: nobody else sees a video, and who is signed in stands in the address`, async ({
    page,
    demo,
    folder,
  }) => {
    const file = await makeFile(folder, `private, ${host}.mp4`, MiB)
    const card = videoCard(page, file)
    await openVideos(page, demo, host)
    await chooseFiles(page, file)
    await untilStatus(uploadRow(page, file), 'completed')
    const address = await videoAddress(page, card, host)

    const listed = page.waitForResponse(
      (response) => response.request().headers()['authorization'] === asGrace.Authorization,
    )
    await page.getByLabel('Signed in').selectOption('as Grace')
    expect(await (await listed).json()).toEqual([])
    await expect(page.getByText('None yet').filter({ visible: true })).toHaveCount(1)
    await expect(card).toBeHidden()
    for (const method of ['GET', 'DELETE', 'HEAD']) {
      const answer = await page.request.fetch(address, { method, headers: { ...asGrace, 'Tus-Resumable': '1.0.0' } })
      expect([method, answer.status()]).toEqual([method, 404])
    }
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Videos of Grace' })).toBeVisible()
    await page.getByLabel('Signed in').selectOption('as Ada')
    await expect(card).toBeVisible()
  })

  test.describe(() => {
    // The host refuses, and browsers report that.
    test.use({ brokenNetwork: true })

    test(`${host}: an upload outlasts a host that refuses chunks`, async ({ page, demo, folder }) => {
      const file = await makeFile(folder, `refused, ${host}.mp4`, MiB)
      const row = uploadRow(page, file)
      await openVideos(page, demo, host)
      await page.getByRole('button', { name: 'Refuse the next three chunks' }).click()
      await expect(page.getByText('The host answers the next 3 chunks by 503')).toBeVisible()
      await chooseFiles(page, file)
      await untilStatus(row, 'waiting')
      await untilStatus(row, 'completed')
    })

    test(`${host}: an upload that the host has lost says so, and begins again`, async ({ page, demo, folder }) => {
      const file = await makeFile(folder, `lost, ${host}.mp4`, 40 * MiB)
      const row = uploadRow(page, file)
      // So small that a chunk follows in any case, and is told of the loss.
      await openVideos(page, demo, host, { chunkSize: String(5 * MiB) })
      await chooseFiles(page, file)
      await expect.poll(() => confirmed(row)).toBeGreaterThan(0)
      const address = await videoAddress(page, videoCard(page, file), host)
      expect((await page.request.delete(address, { headers: asAda })).status()).toBe(204)
      await expect(page.getByText(`“${file.name}” begins again`)).toBeVisible()
      await untilStatus(row, 'completed')
      await untilState(videoCard(page, file), 'processing')
    })
  })
}

test('uploads to both hosts go on side by side, whichever is shown', async ({ page, demo, folder }) => {
  const file = await makeFile(folder, 'side by side.mp4', 24 * MiB)
  await openVideos(page, demo)
  await chooseFiles(page, file)
  await page.getByRole('radio', { name: 'ArvanCloud' }).check()
  await expect(page.locator('#endpoint')).toHaveText('/api/arvan/')
  await expect(page).toHaveURL(/host=arvan/)
  await chooseFiles(page, file)
  await expect(uploadRow(page, file)).toHaveCount(2)
  for (const row of await uploadRow(page, file).all()) await untilStatus(row, 'completed')
})

test('what is no video fails, and says why', async ({ page, demo, folder }) => {
  const file = await makeFile(folder, 'minutes.txt', MiB)
  await openVideos(page, demo)
  await chooseFiles(page, file)
  await untilState(videoCard(page, file), 'failed')
  await expect(videoCard(page, file)).toContainText('The host found no video in the file')
  await expect(videoCard(page, file)).toContainText('ERR_NON_VIDEO')
})

/** Offsets that chunks are sent at, from now on. */
function offsetsOf(page: Page): readonly number[] {
  const offsets: number[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']))
  })
  return offsets
}
