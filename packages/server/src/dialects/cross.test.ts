import { describe, expect, test } from 'vitest'
import { createUploadHandler } from '../handler.ts'
import type { UploadHandlerOptions } from '../options.ts'
import { memoryStore } from '../stores/memory.ts'
import { fileOf, finishRequest, md5 } from './fixtures/drf-client.ts'
import { drfWire, ietfWire, storedAt, tusWire, wires, type Piece } from './fixtures/wires.ts'

const file = fileOf(25)
const piece = (start: number, end: number, more: Partial<Piece> = {}): Piece => ({
  start,
  body: file.slice(start, end),
  size: 25,
  last: end === 25,
  ...more,
})

function serve(options: Partial<UploadHandlerOptions> = {}) {
  const store = memoryStore()
  return { store, handler: createUploadHandler({ store, ...options }) }
}

const pairs = wires.flatMap((from) => wires.filter((to) => to !== from).map((to) => [from, to] as const))

describe('an upload that one dialect has begun', () => {
  test.each(pairs)('$name, $name: is asked for, continued and finished in the other, once', async (from, to) => {
    const seen: string[] = []
    const { handler, store } = serve({ onComplete: ({ session }) => void seen.push(session.filename) })
    const url = await from.locate(await handler(from.begin(piece(0, 10))))
    expect(await to.offset(await handler(to.ask(url)))).toBe(10)
    expect((await handler(to.append(url, piece(10, 20)))).ok).toBe(true)
    expect(await from.offset(await handler(from.ask(url)))).toBe(20)
    expect((await handler(to.append(url, piece(20, 25)))).ok).toBe(true)
    if (to.finish) expect((await handler(to.finish(url, file))).status).toBe(200)
    expect(seen).toEqual(['a.bin'])
    expect(await storedAt(handler, url, store)).toEqual(file)
    for (const wire of [from, to]) expect(await wire.isComplete(await handler(wire.ask(url)))).toBe(true)
    if (from.finish) expect((await handler(from.finish(url, file))).status).toBe(200)
    expect(seen).toEqual(['a.bin'])
  })

  test.each(pairs)('$name, $name: is ended in the other', async (from, to) => {
    const { handler } = serve()
    const url = await from.locate(await handler(from.begin(piece(0, 10))))
    expect((await handler(to.terminate(url))).status).toBe(204)
    expect((await handler(from.ask(url))).status).toBe(404)
  })

  test.each(pairs)('$name, $name: has been given to the host only when it was complete', async (from, to) => {
    const seen: string[] = []
    const { handler } = serve({ onComplete: ({ session }) => void seen.push(session.id) })
    const url = await from.locate(await handler(from.begin(piece(0, 10))))
    await handler(to.append(url, piece(10, 24)))
    await handler(from.append(url, piece(24, 25)))
    if (from.finish) await handler(from.finish(url, file))
    expect(seen).toHaveLength(1)
  })
})

describe('a finish with a checksum for what another dialect has completed', () => {
  const complete = async (options: Partial<UploadHandlerOptions> = {}) => {
    const { handler, store } = serve(options)
    const url = await drfWire.locate(await handler(drfWire.begin(piece(0, 10))))
    expect((await handler(tusWire.append(url, piece(10, 25)))).status).toBe(204)
    return { handler, store, url }
  }

  test('compares it, and answers as if it had been first; the next one is too late', async () => {
    const { handler, url } = await complete()
    const first = await handler(drfWire.finish?.(url, file) ?? new Request(url))
    expect([first.status, await drfWire.isComplete(first)]).toEqual([200, true])
    const second = await handler(finishRequest(url, { md5: md5(file) }))
    expect(await second.json()).toEqual({ detail: 'Upload has already been marked as "complete"' })
  })

  test('refuses another one, and the right one still counts afterwards', async () => {
    const { handler, url } = await complete()
    const wrong = await handler(finishRequest(url, { md5: md5(fileOf(24)) }))
    expect([wrong.status, await wrong.json()]).toEqual([400, { detail: 'checksum does not match' }])
    expect((await handler(finishRequest(url, { md5: md5(file) }))).status).toBe(200)
  })

  test('compares by another algorithm than the one that was kept along', async () => {
    const store = memoryStore()
    const before = createUploadHandler({ store, checksum: 'sha256' })
    const url = await tusWire.locate(await before(tusWire.begin(piece(0, 25))))
    const after = createUploadHandler({ store })
    expect((await after(finishRequest(url, { md5: md5(fileOf(24)) }))).status).toBe(400)
    expect((await after(finishRequest(url, { md5: md5(file) }))).status).toBe(200)
  })
})

describe('which dialect a request is in', () => {
  const base = 'http://localhost/api/uploads/'
  const json = async (request: Request) => {
    const response = await serve().handler(request)
    const { headers } = response
    return headers.has('tus-resumable')
      ? 'tus'
      : headers.has('upload-complete')
        ? 'ietf'
        : headers.has('allow')
          ? 'drf'
          : 'none'
  }
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e/'

  test.each([
    ['POST', '', { 'Tus-Resumable': '1.0.0' }, 'tus'],
    ['POST', '', { 'Tus-Resumable': '0.2.2', 'Upload-Complete': '?1' }, 'tus'],
    ['POST', '', { 'Upload-Length': '5' }, 'tus'],
    ['PATCH', id, { 'Content-Type': 'application/offset+octet-stream' }, 'tus'],
    ['POST', '', { 'Upload-Length': '5', 'Upload-Complete': '?0', 'Upload-Draft-Interop-Version': '6' }, 'ietf'],
    ['PUT', '', { 'Upload-Complete': '?1' }, 'ietf'],
    ['PATCH', id, { 'Content-Type': 'application/partial-upload' }, 'ietf'],
    ['PATCH', id, { 'Content-Type': 'application/offset+octet-stream', 'Upload-Draft-Interop-Version': '5' }, 'ietf'],
    ['HEAD', id, {}, 'ietf'],
    ['DELETE', id, { 'Upload-Draft-Interop-Version': '6' }, 'ietf'],
    ['HEAD', '', {}, 'drf'],
    ['GET', id, {}, 'drf'],
    ['PUT', '', { 'Content-Range': 'bytes 0-4/5' }, 'drf'],
    ['POST', id, {}, 'drf'],
    ['DELETE', id, {}, 'drf'],
    ['PATCH', id, {}, 'drf'],
  ])('%s %s with %o is %s', async (method, path, headers, name) => {
    expect(await json(new Request(base + path, { method, headers }))).toBe(name)
  })

  test('OPTIONS tells of all of them', async () => {
    const { status, headers } = await serve({ maxSize: 1000 }).handler(new Request(base, { method: 'OPTIONS' }))
    expect(status).toBe(200)
    expect(headers.get('tus-version')).toBe('1.0.0')
    expect(headers.get('upload-limit')).toBe('max-size=1000')
    expect(headers.get('allow')).toContain('PUT')
  })

  test.each([
    [['drf'], 200, 405, 415],
    [['tus'], 412, 412, 412],
    [['ietf'], 405, 400, 405],
  ] as const)('only %j: the others are not understood', async (dialects, list, patch, put) => {
    const { handler } = serve({ dialects: [...dialects] })
    expect((await handler(new Request(base))).status).toBe(list)
    expect((await handler(new Request(base, { method: 'PATCH' }))).status).toBe(patch)
    expect((await handler(new Request(base + id, { method: 'PUT', body: 'x' }))).status).toBe(put)
  })

  test('exactly like a server of another kind is that kind alone', async () => {
    const { handler } = serve({ compat: '0.6.0' })
    expect((await handler(tusWire.begin(piece(0, 10)))).headers.has('tus-resumable')).toBe(false)
    expect((await handler(new Request(base, { method: 'OPTIONS' }))).headers.has('tus-version')).toBe(false)
  })
})

test('what one dialect has told is told in the words of another', async () => {
  const { handler } = serve()
  const url = await ietfWire.locate(
    await handler(ietfWire.begin(piece(0, 10, { headers: { 'Content-Type': 'text/plain' } }))),
  )
  const { headers } = await handler(tusWire.ask(url))
  expect(headers.get('upload-metadata')).toBe(`filename ${btoa('a.bin')},filetype ${btoa('text/plain')}`)
  expect(await (await handler(drfWire.ask(url))).json()).toMatchObject({ filename: 'a.bin', offset: 10 })
})
