import type { Page } from '@playwright/test'
import { type FarServer, type FarServerOptions, startFarServer } from '../support/far-server.ts'
import { makeFile, MiB, type DiskFile } from '../support/files.ts'
import { expect, test as base } from '../support/fixtures.ts'
import { chooseFiles, untilStatus, uploadRow } from '../support/upload-page.ts'

const test = base.extend<{ readonly start: (options: FarServerOptions) => Promise<FarServer> }>({
  start: async ({ site: _beside }, use) => {
    const servers: FarServer[] = []
    await use(async (options) => {
      const server = await startFarServer(options)
      servers.push(server)
      return server
    })
    for (const server of servers) await server.close()
  },
})

const open = (page: Page, options: object): Promise<unknown> =>
  page.goto(`/harness.html?options=${encodeURIComponent(JSON.stringify(options))}`)

async function untilThere(page: Page, file: DiskFile, server: FarServer): Promise<void> {
  await untilStatus(uploadRow(page, file), 'completed')
  await expect(uploadRow(page, file)).toHaveAttribute('data-verified', 'true')
  expect(await server.finished()).toEqual({ [file.name]: file.md5 })
}

test('F22 a page of another origin that is allowed to uploads as if it were at home, in every protocol', async ({
  page,
  site,
  start,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 5 * MiB)
  for (const protocol of ['drfChunkedUpload', 'tus', 'ietf']) {
    const server = await start({ cors: { origins: [site.url] } })
    await open(page, { endpoint: server.endpoint, protocol: [protocol] })
    await chooseFiles(page, file)
    await untilThere(page, file, server)
  }
})

test('F22 where a proxy hides the headers, the offset is read from the body; where only a header has it, its name is told', async ({
  page,
  site,
  start,
  folder,
}) => {
  const file = await makeFile(folder, 'film.mp4', 5 * MiB)
  const server = await start({
    cors: { origins: [site.url] },
    headers: (headers) => headers.delete('Access-Control-Expose-Headers'),
  })
  await open(page, { endpoint: server.endpoint })
  await chooseFiles(page, file)
  await untilThere(page, file, server)

  await open(page, { endpoint: server.endpoint, protocol: ['tus'] })
  await chooseFiles(page, file)
  await expect(uploadRow(page, file)).toContainText('Access-Control-Expose-Headers')
  await expect(uploadRow(page, file)).toContainText('Location')
})

test.describe('where the server lets no page of another origin in', () => {
  // Browsers report that on the console, each in its own words.
  test.use({ brokenNetwork: true })

  test('F22 the upload waits, says that it cannot reach the server, and no byte of the file has gone out', async ({
    page,
    start,
    folder,
  }) => {
    const file = await makeFile(folder, 'film.mp4', 5 * MiB)
    const server = await start({})
    await open(page, { endpoint: server.endpoint })
    await chooseFiles(page, file)
    await untilStatus(uploadRow(page, file), 'waiting')
    await expect(uploadRow(page, file)).toContainText(`Cannot reach ${new URL(server.endpoint).host}`)
    expect(await server.finished()).toEqual({})
  })
})
