import { link } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { MiB, sharedFile } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../../support/request-log.ts'
import { runFolder } from '../../support/run-folder.ts'
import { button, chooseAgain, untilHeld, untilStatus, uploadRow } from '../../support/upload-page.ts'
import { startVideoSite, type VideoSite } from '../../support/video-site.ts'

// The hosts are doubles: what is seen here is what a browser, the client and the gateways make of them.

const ways = [
  { host: 'Cloudflare Stream', endpoint: '/api/cloudflare/', protocol: 'videoStraight' },
  { host: 'ArvanCloud', endpoint: '/api/arvan/', protocol: 'videoThrough' },
] as const

type Way = (typeof ways)[number]

let site: VideoSite
test.beforeEach(async () => {
  site = await startVideoSite(runFolder().pages)
})
test.afterEach(() => site.close())

// A host that fails on purpose, and what the browser says of it.
test.use({ brokenNetwork: true })

async function open(page: Page, { endpoint, protocol }: Way, token = 'Token ada'): Promise<void> {
  const own = protocol === 'videoStraight' ? { origins: [site.uploadOrigin] } : {}
  const options = JSON.stringify({ endpoint, protocol: [protocol, own], checksum: false, chunkSize: 20 * MiB })
  await page.goto(`${site.network.url}/harness.html?${new URLSearchParams({ token, options })}`)
}

/** Where the bytes go, and what became of them. */
function hostOf({ host }: Way) {
  const straight = host === 'Cloudflare Stream'
  const { cloudflare, arvan, network, toHost } = site
  return {
    double: straight ? cloudflare : arvan,
    network: straight ? toHost : network,
    md5s: (): Promise<string[]> =>
      Promise.all(
        straight ? cloudflare.videos().map(({ md5 }) => md5()) : arvan.videos().map(({ file }) => file.md5()),
      ),
  }
}

for (const way of ways) {
  test(`a video of 300 MB goes to ${way.host}, over a pause, a reload and a host that fails, until it is ready`, async ({
    page,
    folder,
  }) => {
    const large = await sharedFile(runFolder().files, 'large.bin', 300 * MiB)
    const film = { name: 'film.mp4', path: join(folder, 'film.mp4') }
    await link(large.path, film.path)
    const { double, network, md5s } = hostOf(way)
    await open(page, way)
    const [paused, reloaded] = [network.holdAt(90 * MiB), network.holdAt(190 * MiB)]
    await page.getByLabel('Choose files').setInputFiles(film.path)
    const row = uploadRow(page, film)
    await untilHeld(paused)
    await button(row, 'Pause').click()
    await untilStatus(row, 'paused')
    paused.release()
    double.fail({ on: 'offset', status: 503 })
    double.fail({ on: 'chunk', status: 502, times: 2 })
    await button(row, 'Resume').click()
    await untilHeld(reloaded)
    await page.reload()
    reloaded.release()
    await untilStatus(row, 'paused')
    double.fail({ on: 'offset', status: 503 })
    double.fail({ on: 'chunk', status: 408 })
    double.fail({ on: 'make', status: 502, done: true })
    double.fail({ on: 'api', status: 503, times: 2 })
    await chooseAgain(row, film)
    await untilStatus(row, 'completed')
    await expect(row).toHaveAttribute('data-video', 'ready')
    expect(await md5s()).toEqual([large.md5])
    expect(uploadsIn(network.log)).toBe(1)
    expect(bytesSentAgain(network.log)).toBe(0)
    expect(site.cloudflare.leaks()).toEqual([])
  })

  test(`by ${way.host} two people cannot reach each other’s videos`, async ({ page }) => {
    await open(page, way)
    const video = { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(MiB, 7) }
    await page.getByLabel('Choose files').setInputFiles(video)
    const row = uploadRow(page, video)
    await expect(row).toHaveAttribute('data-video', 'ready')
    const url = (await row.getAttribute('data-url')) ?? ''
    const asked = await page.evaluate(
      async ({ list, one }) => {
        const ask = (token: string, method: string, path: string): Promise<Response> =>
          fetch(path, { method, headers: { Authorization: token, 'Tus-Resumable': '1.0.0' } })
        const answers = async (token: string) => ({
          list: ((await (await ask(token, 'GET', list)).json()) as unknown[]).length,
          read: (await ask(token, 'GET', one)).status,
          offset: (await ask(token, 'HEAD', one)).status,
          finalize: (await ask(token, 'POST', `${one}/finalize`)).status,
          remove: (await ask(token, 'DELETE', one)).status,
        })
        return [await answers('Token grace'), await answers('Token ada')]
      },
      { list: way.endpoint, one: url },
    )
    expect(asked[0]).toEqual({ list: 0, read: 404, offset: 404, finalize: 404, remove: 404 })
    expect(asked[1]).toMatchObject({ list: 1, read: 200, finalize: 200, remove: 204 })
  })
}
