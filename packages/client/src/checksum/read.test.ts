import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { openAsBlob } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { openReading } from './read.ts'

const options = { signal: new AbortController().signal, limitMs: 60_000 }

afterEach(() => void vi.useRealTimers())

async function collect(file: Blob, start: number, most: number = 4, signal = options.signal): Promise<number[]> {
  const bytes: number[] = []
  const reading = openReading(file, start, { ...options, signal })
  try {
    while (start + bytes.length < file.size) bytes.push(...(await reading.next(most)))
  } finally {
    reading.close()
  }
  return bytes
}

const ten = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])

/** A file of ten bytes whose slices stream what they are told to. */
function lying(stream: () => ReadableStream<Uint8Array<ArrayBuffer>>, arrayBuffer?: () => Promise<ArrayBuffer>): Blob {
  const file = new Blob([ten])
  file.slice = () => {
    const slice = new Blob([])
    slice.stream = stream
    slice.arrayBuffer = arrayBuffer ?? (() => Promise.resolve(new ArrayBuffer(0)))
    return slice
  }
  return file
}

const of = (size: number) => () => new Blob([new Uint8Array(size)]).stream()

test('the bytes come in order, as many at a time as are wanted', async () => {
  expect(await collect(new Blob([ten]), 3)).toEqual([3, 4, 5, 6, 7, 8, 9])
  const reading = openReading(new Blob([ten]), 0, options)
  expect([...(await reading.next(3))]).toEqual([0, 1, 2])
  expect([...(await reading.next(1))]).toEqual([3])
  reading.close()
})

test('the bytes come in order where a browser cannot read into a buffer', async () => {
  const pieces = [[0, 1, 2, 3, 4, 5], [], [6], [7, 8, 9]].map((piece) => Uint8Array.from(piece))
  const stream = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
    new ReadableStream({
      pull(controller) {
        const piece = pieces.shift()
        if (piece) controller.enqueue(piece)
        else controller.close()
      },
    })
  expect(await collect(lying(stream), 0)).toEqual([...ten])
})

test('F49 fewer or more bytes than the file has are an error, not its end', async () => {
  await expect(collect(lying(of(3)), 0)).rejects.toMatchObject({
    code: 'file-changed',
    message: 'Cannot read the file at byte 0: expected 10 bytes, got 3; choose it again',
  })
  await expect(collect(lying(of(11)), 0)).rejects.toMatchObject({ code: 'file-changed' })
  await expect(collect(lying(of(0)), 0)).rejects.toMatchObject({ code: 'file-changed' })
  const piece = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
    new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(11)) })
  await expect(collect(lying(piece), 0, 20)).rejects.toMatchObject({ code: 'file-changed' })
})

test('F40 a file that changed while it was open is noticed at its end', async () => {
  const changed = (): Promise<never> => Promise.reject(new DOMException('No', 'NotReadableError'))
  await expect(collect(lying(of(10), changed), 0)).rejects.toMatchObject({ code: 'file-changed' })
})

test('F40 F41 a failed read says what became of the file', async () => {
  const failing = (name: string) => () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.error(new DOMException('No', name)),
    })
  const codes = { NotFoundError: 'file-gone', NotReadableError: 'file-changed', UnknownError: 'file-unreadable' }
  for (const [name, code] of Object.entries(codes)) {
    const same = (): Promise<never> => Promise.reject(new DOMException('No', name))
    await expect(collect(lying(failing(name), same), 0)).rejects.toMatchObject({ code })
  }
  const gone = (): Promise<never> => Promise.reject(new DOMException('No', 'NotFoundError'))
  await expect(collect(lying(failing('TypeError'), gone), 0)).rejects.toMatchObject({ code: 'file-gone' })
})

test('F40 F41 a file on disk that grew or went away', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-'))
  const path = join(folder, 'a.bin')
  await writeFile(path, new Uint8Array(1000))
  const file = await openAsBlob(path)
  expect(await collect(file, 990)).toHaveLength(10)
  await appendFile(path, 'more')
  await expect(collect(file, 0)).rejects.toMatchObject({ code: 'file-changed' })
  await rm(folder, { recursive: true })
})

test('F50 a read that hangs fails after 60 s without a byte, as something to try again', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const reading = collect(
    lying(() => new ReadableStream()),
    0,
  )
  const outcome = reading.then(
    () => 'read',
    (error: { code: string }) => error.code,
  )
  vi.advanceTimersByTime(60_000)
  expect(await Promise.race([outcome, Promise.resolve('reading')])).toBe('reading')
  vi.advanceTimersByTime(5_000)
  expect(await outcome).toBe('file-unreadable')
  expect(vi.getTimerCount()).toBe(0)
})

test('F50 a slow read is not a hanging one', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const slow = (): ReadableStream<Uint8Array<ArrayBuffer>> => {
    let given = 0
    return new ReadableStream(
      {
        async pull(controller) {
          await new Promise((resolve) => setImmediate(resolve))
          vi.advanceTimersByTime(50_000)
          given += 1
          if (given > 10) controller.close()
          else controller.enqueue(new Uint8Array(1))
        },
      },
      { highWaterMark: 0 },
    )
  }
  expect(await collect(lying(slow), 0)).toHaveLength(10)
})

test('an aborted read ends at once and lets go of the file', async () => {
  const controller = new AbortController()
  const cancel = vi.fn<() => void>()
  const reading = collect(
    lying(() => new ReadableStream({ cancel })),
    0,
    4,
    controller.signal,
  )
  controller.abort(new Error('paused'))
  await expect(reading).rejects.toThrow('paused')
  expect(cancel).toHaveBeenCalledOnce()
})
