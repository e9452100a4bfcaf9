import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Part } from './form.ts'
import { readMultipart } from './multipart.ts'
import { UploadProblem } from './problem.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const type = 'multipart/form-data; boundary=----WebKitFormBoundaryAbc123'

/** A body as browsers write it. */
function body(...parts: readonly [disposition: string, content: Uint8Array | string][]): Uint8Array {
  const pieces = parts.flatMap(([disposition, content]) => [
    encode(`------WebKitFormBoundaryAbc123\r\nContent-Disposition: form-data; ${disposition}\r\n`),
    encode(disposition.includes('filename') ? 'Content-Type: application/octet-stream\r\n\r\n' : '\r\n'),
    typeof content === 'string' ? encode(content) : content,
    encode('\r\n'),
  ])
  return Uint8Array.from([...pieces, encode('------WebKitFormBoundaryAbc123--\r\n')].flatMap((piece) => [...piece]))
}

function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const next = left.shift()
      if (next) controller.enqueue(next)
      else controller.close()
    },
  })
}

interface Read {
  readonly parts: readonly { name: string; value?: string; filename?: string; type?: string; bytes?: number[] }[]
  readonly ended: boolean
}

async function readAll(pieces: readonly Uint8Array[], contentType = type): Promise<Read> {
  const form = readMultipart(streamOf(pieces), contentType)
  const parts = []
  for (let part = await form.next(); part; part = await form.next()) parts.push(await flatten(part))
  return { parts, ended: form.ended }
}

async function flatten(part: Part): Promise<Read['parts'][number]> {
  if (part.kind === 'field') return { name: part.name, value: part.value }
  const bytes: number[] = []
  for await (const piece of part.body) bytes.push(...piece)
  return { name: part.name, filename: part.filename, type: part.type, bytes }
}

const whole = body(
  ['name="filename"', 'résumé 🎉.pdf'],
  [
    'name="file"; filename="履歴書.bin"',
    Uint8Array.from({ length: 40 }, (_, index) => [13, 10, 45, 45, 45, 7][index % 6] ?? 0),
  ],
  ['name="empty"', ''],
  ['name="file"; filename="b-"', '--'],
)
const expected: Read = {
  parts: [
    { name: 'filename', value: 'résumé 🎉.pdf' },
    {
      name: 'file',
      filename: '履歴書.bin',
      type: 'application/octet-stream',
      bytes: Array.from({ length: 40 }, (_, index) => [13, 10, 45, 45, 45, 7][index % 6] ?? 0),
    },
    { name: 'empty', value: '' },
    { name: 'file', filename: 'b-', type: 'application/octet-stream', bytes: [45, 45] },
  ],
  ended: true,
}

describe('a form means the same however the network cuts it', () => {
  test('in one piece', async () => {
    expect(await readAll([whole])).toEqual(expected)
  })

  test('in two pieces, cut anywhere', async () => {
    for (let at = 0; at <= whole.length; at += 1)
      expect(await readAll([whole.subarray(0, at), whole.subarray(at)]), `cut at ${at}`).toEqual(expected)
  })

  test.each([1, 2, 3, 5])('in pieces of %i bytes', async (size) => {
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
      whole.subarray(index * size, (index + 1) * size),
    )
    expect(await readAll(pieces)).toEqual(expected)
  })

  test('with any content, cut anywhere', async () => {
    // Bytes of which boundaries are made, so that near misses are common.
    const content = fc.array(fc.constantFrom(13, 10, 45, 87, 101, 0, 255), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(
        content,
        fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 40 }),
        async (bytes, sizes) => {
          const data = body(['name="filename"', 'a'], ['name="file"; filename="a"', Uint8Array.from(bytes)])
          const pieces: Uint8Array[] = []
          for (let at = 0, turn = 0; at < data.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 0
            pieces.push(data.subarray(at, at + size + 1))
            at += size + 1
          }
          const { parts, ended } = await readAll(pieces)
          expect(ended).toBe(true)
          expect(parts[1]).toMatchObject({ name: 'file', bytes })
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('names', () => {
  test.each([
    ['name="file"; filename="a.bin"', 'a.bin'],
    ['name="file"; filename="日本 – 🎉.bin"', '日本 – 🎉.bin'],
    ['name="file"; filename="say %22hi%22.txt"', 'say "hi".txt'],
    ['name="file"; filename="../../etc/passwd"', 'passwd'],
    ['name="file"; filename="C:\\\\temp\\\\x.txt"', 'x.txt'],
    ['name="file"; filename="a; name=evil.txt"', 'a; name=evil.txt'],
    ['name="file"; filename="fallback"; filename*=UTF-8\'\'na%C3%AFve.txt', 'naïve.txt'],
    ['name=file; filename=bare.bin', 'bare.bin'],
  ])('S02 of a part %j is %j', async (disposition, filename) => {
    expect((await readAll([body([disposition, 'x'])])).parts).toMatchObject([{ name: 'file', filename }])
  })

  test.each(['.', '..', '/', 'a/..', '\\'])('a file part called %j is none', async (filename) => {
    expect((await readAll([body([`name="file"; filename="${filename}"`, 'x'])])).parts).toEqual([])
  })

  test('a part without or with an empty file name is a field', async () => {
    const { parts } = await readAll([body(['name="file"', 'x'], ['name="file"; filename=""', 'y'])])
    expect(parts).toEqual([
      { name: 'file', value: 'x' },
      { name: 'file', value: 'y' },
    ])
  })
})

describe('what is no form', () => {
  test('a body that just stops has not ended', async () => {
    expect((await readAll([whole.subarray(0, 250)])).ended).toBe(false)
    expect((await readAll([whole.subarray(0, whole.length - 4)])).ended).toBe(false)
  })

  test('bytes that are no multipart hold nothing', async () => {
    expect(await readAll([encode('just some bytes')])).toEqual({ parts: [], ended: false })
    expect(await readAll([])).toEqual({ parts: [], ended: false })
  })

  test('without a boundary there is no form', async () => {
    await expect(readAll([whole], 'multipart/form-data')).rejects.toThrow('Invalid boundary in multipart: None')
  })

  test('a broken part header is refused', async () => {
    const name = `name="file"; filename*=UTF-8''%ZZ`
    await expect(readAll([body([name, 'x'])])).rejects.toMatchObject({ code: 'malformed' })
    const broken = encode('------WebKitFormBoundaryAbc123\r\nno header\r\n\r\nx\r\n------WebKitFormBoundaryAbc123--')
    await expect(readAll([broken])).rejects.toMatchObject({ code: 'malformed' })
  })

  const boundary = '------WebKitFormBoundaryAbc123'
  const opened = [
    ['no part', ''],
    ['a field', 'Content-Disposition: form-data; name="md5"\r\n\r\nabc\r\n'],
    ['a file', 'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc\r\n'],
    ['a file without a name', 'Content-Disposition: form-data; name="file"; filename="/"\r\n\r\nabc\r\n'],
  ] as const
  test.each(opened)('S22 after %s, one of which a boundary left no more than headers is refused', async (_, part) => {
    const first = part && `${boundary}\r\n${part}`
    const headers = ['X: y\r\n', 'Content-Disposition: form-data; name="md5"\r\n']
    const ends = ['-', '--', '--\r\n', '\r\n']
    for (const text of headers.flatMap((header) =>
      ends.map((end) => `${first}${boundary}\r\n${header}${boundary}${end}`),
    ))
      for (let cut = 0; cut <= text.length; cut += 1)
        await expect(readAll([encode(text.slice(0, cut)), encode(text.slice(cut))])).rejects.toMatchObject({
          code: 'malformed',
        })
  })

  test('what cannot be decoded is refused as well when it comes with the last bytes', async () => {
    const bytes = encode(`${boundary}\r\nContent-Disposition: form-data; name="f"; filename*=UTF-8''%ZZ\r\n\r\n-`)
    for (let cut = 0; cut <= bytes.length; cut += 1)
      await expect(readAll([bytes.subarray(0, cut), bytes.subarray(cut)])).rejects.toMatchObject({ code: 'malformed' })
  })

  test('what follows the form is passed over', async () => {
    expect(await readAll([whole, encode('epilogue: \r\n------WebKitFormBoundaryAbc123\r\n\0')])).toEqual(expected)
  })

  test('S25 many or large fields are refused before they fill the memory', async () => {
    const many = body(...Array.from({ length: 100 }, (_, index): [string, string] => [`name="f${index}"`, 'x']))
    await expect(readAll([many])).rejects.toThrow('Too many or too large fields')
    await expect(readAll([body(['name="f"', 'x'.repeat(9000)])])).rejects.toThrow('Too many or too large fields')
    const together = body(
      ...Array.from({ length: 10 }, (_, index): [string, string] => [`name="f${index}"`, 'x'.repeat(1000)]),
    )
    await expect(readAll([together])).rejects.toThrow('Too many or too large fields')
  })

  test('S22 no bytes make the reader throw anything but a problem', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 30 }), fc.nat({ max: whole.length }), async (noise, at) => {
        const spoiled = Uint8Array.from([...whole.subarray(0, at), ...noise, ...whole.subarray(at + noise.length)])
        await readAll([spoiled]).catch((error: unknown) => expect(error).toBeInstanceOf(UploadProblem))
      }),
      { numRuns: 300 },
    )
  })
})

describe('reading', () => {
  test('is not done further than what was asked for', async () => {
    let pulled = 0
    const piece = body(['name="filename"', 'a'], ['name="file"; filename="a"', new Uint8Array(1000)])
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1
          controller.enqueue(pulled === 1 ? piece.subarray(0, 400) : new Uint8Array(100))
        },
      },
      { highWaterMark: 0 },
    )
    const form = readMultipart(stream, type)
    await form.next()
    const part = await form.next()
    expect(part?.kind).toBe('file')
    expect(pulled).toBe(1)
  })

  test('a part that nobody reads is passed over', async () => {
    const form = readMultipart(streamOf([whole]), type)
    const names: string[] = []
    for (let part = await form.next(); part; part = await form.next()) names.push(part.name)
    expect(names).toEqual(['filename', 'file', 'empty', 'file'])
  })

  test('a connection that breaks is told as such', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('ECONNRESET')),
    })
    await expect(readMultipart(stream, type).next()).rejects.toMatchObject({ code: 'incomplete-body' })
  })

  test('whoever waits for a silent network can be made to stop', async () => {
    const stream = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) })
    const form = readMultipart(stream, type)
    const waiting = form.next()
    const reason = new Error('wanted elsewhere')
    form.interrupt(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(form.next()).rejects.toBe(reason)
  })
})
