import { afterEach, expect, test, vi } from 'vitest'
import { beginPace, nextChunk } from './chunk-size.ts'
import { resolve, type UploaderOptions } from './options.ts'
import { drfChunkedUpload } from './protocols/drf-chunked-upload.ts'
import type { Transport } from './types.ts'

const needed = { endpoint: 'https://example.com/api/uploads/', protocol: drfChunkedUpload() }
const wrong = (options: object): string => {
  try {
    resolve({ ...needed, ...(options as Partial<UploaderOptions>) })
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return String(error)
  }
  return 'no error'
}

afterEach(() => vi.unstubAllGlobals())

test('defaults are whole', async () => {
  const options = resolve(needed)
  expect(options).toMatchObject({
    concurrency: 3,
    chunkSize: 'auto',
    checksum: 'md5',
    credentials: 'same-origin',
    owner: '',
  })
  expect(await options.headers()).toEqual({})
  expect(resolve({ ...needed, checksum: false }).checksum).toBeUndefined()
  expect(resolve({ ...needed, endpoint: 'https://example.com/a#b' }).endpoint).toBe('https://example.com/a')
})

test('an unknown option is named', () => {
  expect(wrong({ chunksize: 1 })).toBe('TypeError: Cannot create an uploader: there is no option "chunksize"')
})

test.each([
  [{ endpoint: '' }, 'endpoint'],
  [{ endpoint: '/relative/' }, 'absolute'],
  [{ endpoint: 'ftp://example.com/' }, 'ftp:'],
  [{ endpoint: 5 }, '5'],
  [{ protocol: 'tus' }, 'got "tus"'],
  [{ chunkSize: 1000 }, 'a whole number from 65536, got 1000'],
  [{ chunkSize: '8MB' }, '"8MB"'],
  [{ concurrency: 0 }, 'from 1, got 0'],
  [{ bandwidthLimit: 1000 }, 'a whole number from 16384, got 1000'],
  [{ bandwidthLimit: '1 MB' }, '"1 MB"'],
  [{ priority: 'low' }, '"background"'],
  [{ headers: 'Authorization: x' }, 'headers'],
  [{ headers: { a: 1 } }, '{"a":1}'],
  [{ credentials: 'yes' }, '"include"'],
  [{ csrf: true }, 'csrf'],
  [{ retry: { tries: 3 } }, 'attempts'],
  [{ retry: { attempts: -1 } }, 'retry'],
  [{ checksum: 'crc32' }, '"sha256"'],
  [{ maxSize: Number.NaN }, 'NaN'],
  [{ store: true }, 'store'],
  [{ onUnauthorized: true }, 'a function, got true'],
  [{ metadata: { a: 1 } }, 'texts'],
  [{ autoStart: 'no' }, 'true or false, got "no"'],
  [{ copies: { file: 'big' } }, 'a number for some of file, total, got {"file":"big"}'],
  [{ workerUrl: 5 }, 'a text or a URL, got 5'],
])('%j is refused with a message that has %j', (options, part) => {
  expect(wrong(options)).toContain(part)
})

test('a page that was opened from a file is told to be served', () => {
  vi.stubGlobal('location', new URL('file:///home/me/index.html'))
  expect(wrong({ endpoint: '/api/uploads/' })).toBe(
    'TypeError: Cannot create an uploader: the option "endpoint" must be an http address (a page opened as a file: serve it over http), got "/api/uploads/"',
  )
  expect(resolve(needed).endpoint).toBe(needed.endpoint)
})

test('a limited rate and the background make chunks small, also those of a fixed size', () => {
  const limit = (options: Partial<UploaderOptions>): number => resolve({ ...needed, ...options }).chunkLimit
  expect(limit({})).toBe(Infinity)
  expect(limit({ bandwidthLimit: 1e6 })).toBe(2e6)
  expect(limit({ bandwidthLimit: 16_384 })).toBe(65_536)
  expect(limit({ priority: 'background' })).toBe(2 ** 20)
  expect(limit({ priority: 'background', bandwidthLimit: 100_000 })).toBe(200_000)
  const { chunkSize, chunkLimit } = resolve({ ...needed, chunkSize: 2 ** 23, priority: 'background' })
  expect(nextChunk(beginPace(chunkSize, chunkLimit), {}, 0, 2 ** 30)).toBe(2 ** 20)
})

test('in the background one upload goes at a time, by requests that come after all others', async () => {
  const send = vi.fn<typeof fetch>(() => Promise.resolve(new Response()))
  vi.stubGlobal('fetch', send)
  const { concurrency, transport } = resolve({ ...needed, concurrency: 5, priority: 'background' })
  expect(concurrency).toBe(1)
  const request = { method: 'PUT', url: needed.endpoint, headers: {}, credentials: 'omit', carries: 1 } as const
  await transport?.(request, { signal: new AbortController().signal, onSent: () => {} })
  expect(send).toHaveBeenCalledWith(needed.endpoint, expect.objectContaining({ method: 'PUT', priority: 'low' }))
  const own = vi.fn<Transport>()
  expect(resolve({ ...needed, priority: 'background', transport: own }).transport).toBe(own)
  expect(resolve(needed).transport).toBeUndefined()
})
