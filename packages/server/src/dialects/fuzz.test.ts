import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createUploadHandler } from '../handler.ts'
import { memoryStore } from '../stores/memory.ts'
import { base, fileOf } from './fixtures/drf-client.ts'
import { tusWire } from './fixtures/wires.ts'

const values: Readonly<Record<string, readonly string[]>> = {
  'Tus-Resumable': ['1.0.0', '0.2.2'],
  'Upload-Offset': ['0', '5', '10', '25', '-1', '9007199254740993'],
  'Upload-Length': ['0', '5', '25', '9007199254740991', '?1'],
  'Upload-Defer-Length': ['1', '0'],
  'Upload-Metadata': ['filename YQ==', '__proto__ YQ==,constructor YQ==', 'a /w==', ','],
  'Upload-Concat': ['partial', 'final;', 'final;/api/uploads/x http://[', `final;${base}`],
  'Upload-Checksum': ['sha1 AAAA', 'md5 1B2M2Y8AsgTpgAmy7PhCfg==', 'constructor AAAA', '__proto__ AAAA'],
  'Upload-Complete': ['?0', '?1', '1'],
  'Upload-Draft-Interop-Version': ['5', '6', '10', 'x'],
  'Content-Digest': ['sha-256=:AAAA:', 'constructor=:AAAA:', 'md5=1', '=='],
  'Repr-Digest': ['md5=:AAAA:', 'constructor=:AAAA:', 'sha-256=x'],
  'Content-Disposition': ['inline; filename="a"', "inline; filename*=UTF-8''%ff", ';;;'],
  'Content-Type': [
    'application/offset+octet-stream',
    'application/partial-upload',
    'text/plain',
    'multipart/form-data',
  ],
  'Content-Length': ['0', '5', '99999', 'x'],
  'Content-Range': ['bytes 0-4/5', 'bytes 5-4/5'],
  'X-HTTP-Method-Override': ['PATCH', 'HEAD', 'DELETE', 'GET', 'toString'],
}

const field = fc
  .constantFrom(...Object.keys(values))
  .chain((name) =>
    fc.tuple(fc.constant(name), fc.oneof(fc.constantFrom(...(values[name] ?? [])), fc.stringMatching(/^[!-~]{0,12}$/))),
  )
/** Requests that are good but for a few headers. */
const good: readonly { readonly method: string; readonly headers: Readonly<Record<string, string>> }[] = [
  {
    method: 'POST',
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '25', 'Content-Type': 'application/offset+octet-stream' },
  },
  {
    method: 'PATCH',
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': '10', 'Content-Type': 'application/offset+octet-stream' },
  },
  { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } },
  { method: 'POST', headers: { 'Upload-Complete': '?0', 'Upload-Length': '25' } },
  {
    method: 'PATCH',
    headers: { 'Upload-Complete': '?0', 'Upload-Offset': '10', 'Content-Type': 'application/partial-upload' },
  },
  { method: 'OPTIONS', headers: {} },
  { method: 'PUT', headers: { 'Content-Range': 'bytes 0-4/5' } },
  { method: 'DELETE', headers: { 'Tus-Resumable': '1.0.0' } },
  { method: 'GET', headers: { 'Upload-Draft-Interop-Version': '10' } },
]

test('S22 S24 no request is a fault of the server, in no dialect, and an upload stays in its bounds', async () => {
  const faults: unknown[] = []
  const handler = createUploadHandler({ store: memoryStore(), onError: (error) => faults.push(error) })
  const place = fc.constantFrom(
    'list',
    'upload',
    'upload',
    '%2e%2e/',
    '0f8fad5b-d9cb-469f-a165-70867728950e',
    '__proto__',
    '%',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...good),
      place,
      fc.array(field, { maxLength: 3 }),
      fc.nat(16),
      async (request, where, fields, size) => {
        const start = { start: 0, body: fileOf(10), size: 25, last: false }
        const url = await tusWire.locate(await handler(tusWire.begin(start)))
        const target = where === 'upload' ? url : where === 'list' ? base : base + where
        const { method, headers } = request
        const body = ['GET', 'HEAD'].includes(method) || size === 0 ? null : fileOf(size)
        const response = await handler(
          new Request(target, { method, headers: { ...headers, ...Object.fromEntries(fields) }, body }),
        )
        expect([response.status < 500, faults.splice(0)]).toEqual([true, []])
        for (const session of await handler.sessions.list({ owner: undefined })) {
          expect(session.offset).toBeLessThanOrEqual(session.size ?? Infinity)
          await handler.sessions.terminate(session.id, { owner: undefined })
        }
      },
    ),
    { numRuns: 3000 },
  )
  expect(Reflect.get({}, 'YQ')).toBeUndefined()
})

test.each(['..%2f..%2fetc%2fpasswd', '%2e%2e/', '..%5cx', '0f8fad5b-d9cb-469f-a165-70867728950e%00', '%ff', '{}'])(
  'S01 %s names no upload in any dialect, and no store is asked',
  async (path) => {
    const store = memoryStore()
    const asked: string[] = []
    const handler = createUploadHandler({
      store: {
        ...store,
        async read(id) {
          asked.push(id)
          return store.read(id)
        },
      },
    })
    for (const dialect of [{ 'Tus-Resumable': '1.0.0' }, { 'Upload-Draft-Interop-Version': '10' }])
      expect((await handler(new Request(base + path, { method: 'HEAD', headers: dialect }))).status).toBe(404)
    expect(asked).toEqual([])
  },
)
