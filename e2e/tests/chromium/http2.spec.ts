import { makeFile } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { openHttp2Way, type StreamFault } from '../../support/http2-way.ts'
import { untilStatus, uploadRow } from '../../support/upload-page.ts'

test.use({ brokenNetwork: true, ignoreHTTPSErrors: true })

const faults: readonly (readonly [string, StreamFault])[] = [
  ['a stream that is cancelled', { fault: 'reset', code: 'NGHTTP2_CANCEL' }],
  ['a stream that ends in an internal error', { fault: 'reset', code: 'NGHTTP2_INTERNAL_ERROR' }],
  ['a stream that is refused', { fault: 'refused' }],
  ['a server that goes away', { fault: 'goaway' }],
  ['a connection that breaks, with all that is under way on it,', { fault: 'lost' }],
]

for (const [what, fault] of faults)
  test(`F26 over HTTP/2 ${what} costs no upload (I02, I06)`, async ({ page, site, folder }) => {
    let chunks = 0
    // Some of the chunks of three uploads that share one connection.
    const way = await openHttp2Way(
      () => site.server.port,
      ({ method, path }) => {
        if (method !== 'PUT' || path.endsWith('/uploads/')) return undefined
        chunks += 1
        return [3, 8].includes(chunks) ? fault : undefined
      },
    )
    const options = { chunkSize: 64 * 1024, retry: { baseMs: 100, capMs: 500 } }
    await page.goto(`${way.url}/harness.html?${new URLSearchParams({ options: JSON.stringify(options) })}`)
    const names = ['one.bin', 'two.bin', 'three.bin']
    const files = await Promise.all(names.map((name) => makeFile(folder, name, 300_000)))
    await page.getByLabel('Choose files').setInputFiles(files.map(({ path }) => path))
    for (const file of files) {
      await untilStatus(uploadRow(page, file), 'completed')
      expect(await site.server.md5(file.name)).toBe(file.md5)
    }
    expect(await site.server.uploads()).toHaveLength(3)
    expect(way.log.filter((word) => word.endsWith(fault.fault))).toHaveLength(2)
    await page.close()
    await way.close()
  })
