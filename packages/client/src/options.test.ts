import { afterEach, expect, test, vi } from 'vitest'
import { resolve, type UploaderOptions } from './options.ts'
import { drfChunkedUpload } from './protocols/drf-chunked-upload.ts'

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
