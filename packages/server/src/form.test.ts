import { describe, expect, test } from 'vitest'
import { readForm } from './form.ts'

const request = (
  body: string | Uint8Array<ArrayBuffer> | ReadableStream | null,
  headers: Record<string, string> = {},
) => new Request('http://localhost/', { method: 'POST', headers, body, duplex: 'half' })
const json = (text: string) => request(text, { 'Content-Type': 'application/json' })

async function fieldsOf(given: Request): Promise<Record<string, string>> {
  const form = await readForm(given)
  const fields: Record<string, string> = {}
  for (let part = await form.next(); part; part = await form.next())
    if (part.kind === 'field') fields[part.name] = part.value
  expect(form.ended).toBe(true)
  return fields
}

describe('fields', () => {
  test('of an urlencoded form', async () => {
    const body = 'md5=abc&name=%C3%A9+%F0%9F%8E%89&empty='
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }
    expect(await fieldsOf(request(body, headers))).toEqual({ md5: 'abc', name: 'é 🎉', empty: '' })
  })

  test('of a JSON object: text as it is, nothing as the empty text, anything else as its JSON', async () => {
    expect(await fieldsOf(json('{"a":"x","b":1,"c":[1],"d":null,"e":false,"f":0,"g":true}'))).toEqual({
      a: 'x',
      b: '1',
      c: '[1]',
      d: '',
      e: '',
      f: '',
      g: 'true',
    })
  })

  test('of no body: none', async () => {
    expect(await fieldsOf(new Request('http://localhost/', { method: 'POST' }))).toEqual({})
  })
})

describe('what is refused', () => {
  test.each([
    ['nonsense', 'JSON parse error - Expecting value: line 1 column 1 (char 0)'],
    ['\n  nonsense', 'JSON parse error - Expecting value: line 2 column 3 (char 3)'],
    ['', 'JSON parse error - Expecting value: line 1 column 1 (char 0)'],
    ['{"a":', 'JSON parse error - Invalid JSON'],
    ['[1]', 'Invalid data. Expected a dictionary, but got list.'],
    ['null', 'Invalid data. Expected a dictionary, but got NoneType.'],
    ['"md5"', 'Invalid data. Expected a dictionary, but got string.'],
  ])('JSON %j', async (text, message) => {
    // An empty body is none, unless its stream says otherwise.
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text))
        controller.close()
      },
    })
    await expect(readForm(request(body, { 'Content-Type': 'application/json' }))).rejects.toMatchObject({
      code: 'malformed',
      message,
    })
  })

  test.each([
    ['application/octet-stream', 'Unsupported media type "application/octet-stream" in request.'],
    ['', 'Unsupported media type "text/plain" in request.'],
    ['multipart/mixed; boundary=x', 'Unsupported media type "multipart/mixed; boundary=x" in request.'],
  ])('the type %j', async (type, message) => {
    const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type }
    await expect(readForm(request(new Uint8Array(3), headers))).rejects.toMatchObject({
      code: 'unsupported-media-type',
      message,
    })
  })

  test('S25 a large form without files, before it fills the memory', async () => {
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(1024).fill(97))
      },
    })
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    await expect(readForm(request(endless, headers))).rejects.toMatchObject({ code: 'too-large' })
    expect(pulled).toBeLessThan(20)
  })

  test('S25 deep nesting', async () => {
    await expect(readForm(json('['.repeat(8000)))).rejects.toMatchObject({ code: 'malformed' })
  })

  test('a body that breaks off', async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
    await expect(readForm(request(broken, { 'Content-Type': 'application/json' }))).rejects.toMatchObject({
      code: 'incomplete-body',
    })
  })
})

describe('a raw body, where the host takes it', () => {
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-Disposition': 'attachment; filename="a.bin"' }

  test('is the file', async () => {
    const form = await readForm(request(Uint8Array.of(1, 2, 3), headers), 'file')
    const part = await form.next()
    expect(part).toMatchObject({ kind: 'file', name: 'file', filename: 'a.bin', type: 'application/octet-stream' })
    const bytes: number[] = []
    if (part?.kind === 'file') for await (const piece of part.body) bytes.push(...piece)
    expect(bytes).toEqual([1, 2, 3])
    expect(form.ended).toBe(true)
    expect(await form.next()).toBeUndefined()
  })

  test('needs a name', async () => {
    const nameless = request(Uint8Array.of(1), { 'Content-Type': 'application/octet-stream' })
    await expect(readForm(nameless, 'file')).rejects.toThrow('Missing filename.')
  })

  test('can be interrupted', async () => {
    const silent = new ReadableStream({ pull: () => new Promise(() => {}) })
    const form = await readForm(request(silent, headers), 'file')
    const part = await form.next()
    const reason = new Error('wanted elsewhere')
    const reading = (async () => {
      if (part?.kind === 'file') for await (const _ of part.body) continue
    })()
    form.interrupt(reason)
    await expect(reading).rejects.toBe(reason)
  })
})
