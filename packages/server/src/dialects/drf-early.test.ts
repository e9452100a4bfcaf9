import { describe, expect, test } from 'vitest'
import { createUploadHandler } from '../handler.ts'
import type { UploadHandlerOptions } from '../options.ts'
import { memoryStore } from '../stores/memory.ts'
import { ask, base, chunkRequest, fileOf, md5 } from './fixtures/drf-client.ts'

const serve = (options: Partial<UploadHandlerOptions> = {}) =>
  createUploadHandler({ store: memoryStore(), compat: '0.6.0', ...options })

const tell = async (request: Request, options?: Partial<UploadHandlerOptions>): Promise<unknown> =>
  (await ask(serve(options), request)).body['detail']

const noFile = 'No chunk file was submitted'
const noHeader = 'Error in request headers'
const noText = { file: ['The submitted data was not a file. Check the encoding type on the form.'] }
const [nothing, file] = [fileOf(0), fileOf(25)]

/** A form of a file that is never closed. */
function unclosed(range: string): Request {
  const body = `--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${'x'.repeat(25)}\r\n`
  const headers = { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Range': range }
  return new Request(base, { method: 'PUT', headers, body })
}

describe('what is seen before the file is read is told where the real server tells it', () => {
  test('an empty whole file is told beside the fields that are refused', async () => {
    const request = chunkRequest({
      method: 'POST',
      file: nothing,
      fields: { filename: 'a', offset: 'x', md5: md5(nothing) },
    })
    expect(await tell(request)).toEqual({
      offset: ['A valid integer is required.'],
      file: ['The submitted file is empty.'],
    })
  })

  test('a whole file over the limit is told before its fields', async () => {
    const request = chunkRequest({ method: 'POST', file, fields: { filename: '' } })
    expect(await tell(request, { maxSize: 10 })).toBe('Size of file exceeds the limit (10 bytes)')
  })

  test.each([
    ['bytes 0-24', noHeader],
    ['bytes 0-24/23', 'End of chunk exceeds reported total (23 bytes)'],
    ['bytes 0-24/25', noText],
  ])('a text instead of a file, %s', async (range, told) => {
    expect(await tell(chunkRequest({ range, fields: { filename: 'a', file: 'text' } }))).toEqual(told)
    expect(await tell(chunkRequest({ range, fields: { filename: 'a', file: '' } }))).toEqual(told)
  })

  test.each(['bytes 0-24', 'bytes 0-24/23', 'bytes 0-9/25', 'bytes 0-24/25'])(
    'a form that is never closed has no file, %s',
    async (range) => {
      expect(await tell(unclosed(range))).toBe(noFile)
    },
  )
})

describe('a request for a format', () => {
  test('that there is not has the text of the framework, not that of an unknown upload', async () => {
    const texts = { notFound: 'No Upload matches the given query.' }
    expect(await tell(new Request(`${base}?format=xml`), { drf: { texts } })).toBe('Not found.')
  })

  test('gets addresses for the same format', async () => {
    const request = chunkRequest({
      url: `${base}?format=json`,
      range: 'bytes 0-24/25',
      file,
      fields: { filename: 'a' },
    })
    const { body } = await ask(serve(), request)
    expect(body['url']).toBe(`${base}${String(body['id'])}/?format=json`)
  })
})
