import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { djangoChunkedUploadDouble, type DjangoDouble, type DjangoDoubleOptions } from './django-chunked-upload.ts'

interface Pattern {
  readonly offset: number
  readonly size: number
}

/** A recorded exchange with the real app. Bytes are described: the byte at i is i mod 251. */
interface Case {
  readonly id: string
  readonly server: { readonly settings: Readonly<Record<string, string>> }
  readonly steps: readonly {
    readonly request: {
      readonly method: string
      readonly path: string
      readonly headers: Readonly<Record<string, string>>
      readonly bodyDescription: string
      readonly form?: Readonly<Record<string, string | { filename: string; contentType: string; bytes: Pattern }>>
    }
    readonly response: {
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly json: unknown
    }
  }[]
}

const cases = JSON.parse(
  readFileSync(new URL('fixtures/django-chunked-upload.json', import.meta.url), 'utf8'),
) as readonly Case[]

const bytesOf = ({ offset, size }: Pattern): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: size }, (_, index) => (offset + index) % 251)

const onCompletion: DjangoDoubleOptions['onCompletion'] = ({ offset }) => ({ message: 'done', bytes: offset })

/** The mounts of the recorded project, by the path of their first view. */
const mounts: Readonly<Record<string, DjangoDoubleOptions>> = {
  '/api/chunked_upload/': { onCompletion },
  '/api/strict/': { requireRange: true, maxBytes: 1000 },
  '/api/locked/': { anonymous: false },
  '/api/csrf/': { csrfToken: 'token' },
}

function world({ server }: Case) {
  let now = Date.UTC(2026, 10, 20, 23, 27)
  const short = 'CHUNKED_UPLOAD_EXPIRATION_DELTA' in server.settings
  const doubles = Object.entries(mounts).map(([path, options]) =>
    djangoChunkedUploadDouble({ path, ...options, now: () => now, ...(short && { lifetimeMs: 2000 }) }),
  )
  const ownerOf = (path: string): DjangoDouble => {
    const owner = doubles.find((double) => double.owns(path))
    if (!owner) throw new Error(`No mount for ${path}`)
    return owner
  }
  // Where the lifetime was two seconds, more than that went by after each step.
  return { ownerOf, wait: () => void (now += short ? 3000 : 0) }
}

function build(request: Case['steps'][number]['request'], ids: ReadonlyMap<string, string>): Request {
  const { method, path, headers, form, bodyDescription } = request
  const { 'Content-Type': _, ...others } = headers
  const body = bodyDescription.startsWith('urlencoded') ? new URLSearchParams() : new FormData()
  for (const [name, value] of Object.entries(form ?? {})) {
    if (typeof value === 'string') body.append(name, ids.get(value) ?? value)
    else if (body instanceof FormData)
      body.append(name, new File([bytesOf(value.bytes)], value.filename, { type: value.contentType }))
  }
  return new Request(`http://testserver${path}`, { method, headers: others, ...(form && { body }) })
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
const idIn = (json: unknown): string | undefined => {
  const id: unknown = Reflect.get(Object(json), 'upload_id')
  return typeof id === 'string' ? id : undefined
}
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

test.each(cases)('$id', async (recorded) => {
  const { ownerOf, wait } = world(recorded)
  const ids = new Map<string, string>()
  for (const [number, { request, response }] of recorded.steps.entries()) {
    const ours = await ownerOf(request.path)(build(request, ids))
    const json = parse(await ours.text())
    const [theirId, ourId] = [idIn(response.json), idIn(json)]
    if (theirId !== undefined && ourId !== undefined) {
      expect(ids.get(theirId) ?? ourId).toBe(ourId)
      ids.set(theirId, ourId)
    }
    const simplified = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (key, item: unknown) => {
        if (key === 'upload_id') return 'id'
        return key === 'expires' && time.test(String(item)) ? 'time' : item
      })
    const headers = ['Content-Type', 'Allow', 'Vary'].map((name) => [name, ours.headers.get(name)])
    const recordedHeaders = ['Content-Type', 'Allow', 'Vary'].map((name) => [name, response.headers[name] ?? null])
    expect([number, ours.status, headers, simplified(json)]).toEqual([
      ...[number, response.status, recordedHeaders, simplified(response.json)],
    ])
    wait()
  }
})

test('all that was recorded is replayed', () => {
  expect(cases).toHaveLength(7)
  expect(cases.flatMap(({ steps }) => steps)).toHaveLength(27)
})
