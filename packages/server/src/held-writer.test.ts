import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask, chunkRequest, fileOf, finishRequest, handFed, md5, start } from './dialects/fixtures/drf-client.ts'
import { ietfWire, tusWire } from './dialects/fixtures/wires.ts'
import { createUploadHandler, type UploadHandler } from './handler.ts'
import { diskStore } from './stores/disk.ts'

const file = fileOf(25)
/** What an older writer would rather have had. */
const other = file.map((byte) => 255 - byte)

async function serve(): Promise<{ handler: UploadHandler; stored: () => Promise<Uint8Array> }> {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-held-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const handler = createUploadHandler({ store: diskStore({ dir }) })
  onTestFinished(() => handler.close())
  return {
    handler,
    async stored() {
      const [session] = await handler.sessions.list({ owner: undefined })
      expect(session?.status).toBe('complete')
      return new Uint8Array(await readFile(join(dir, session?.complete ?? '')))
    },
  }
}

describe('S18 F04 a writer that is still held open', () => {
  test('drf: is stopped before a finish reads, so that what is published is what was compared', async () => {
    const { handler, stored } = await serve()
    const url = await start(handler, file.subarray(0, 20), 25)
    const slow = handFed()
    const held = ask(handler, chunkRequest({ url, range: 'bytes 20-24/25', file: slow.stream }))
    slow.feed(other.subarray(20, 24))
    await slow.taken()
    expect(await ask(handler, finishRequest(url, { md5: md5(file.subarray(0, 20)) }))).toMatchObject({ status: 200 })
    slow.feed(other.subarray(24))
    slow.end()
    expect((await held).status).toBe(423)
    expect(await stored()).toEqual(file.slice(0, 20))
  })

  test.each([tusWire, ietfWire])(
    '$name: is stopped by the one that brings the end, and writes nothing more',
    async (wire) => {
      const { handler, stored } = await serve()
      const url = await wire.locate(
        await handler(wire.begin({ start: 0, body: file.slice(0, 10), size: 25, last: false })),
      )
      const slow = handFed()
      const held = handler(wire.append(url, { start: 10, body: slow.stream, length: 15, size: 25, last: true }))
      slow.feed(other.slice(10, 15))
      await slow.taken()
      const last = await handler(wire.append(url, { start: 10, body: file.slice(10), size: 25, last: true }))
      expect(last.ok).toBe(true)
      slow.feed(other.slice(15))
      slow.end()
      expect((await held).status).toBe(423)
      expect(await stored()).toEqual(file)
      const [session] = await handler.sessions.list({ owner: undefined })
      // The checksum that the server kept along is that of the file that it has published.
      expect(session?.checksum).toEqual({ algorithm: 'md5', value: md5(file) })
    },
  )

  test('drf: what was cut off and sent again is in the checksum as it is on the disk', async () => {
    const { handler, stored } = await serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const slow = handFed()
    const held = ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: slow.stream }))
    slow.feed(other.subarray(10, 20))
    await slow.taken()
    expect(await ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10) }))).toMatchObject({
      status: 200,
    })
    expect((await held).status).toBe(423)
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({ status: 200 })
    expect(await stored()).toEqual(file)
  })
})
