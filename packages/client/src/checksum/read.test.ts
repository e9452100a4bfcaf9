import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { openAsBlob } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { readRange } from './read.ts'

const options = { signal: new AbortController().signal, limitMs: 60_000 }

afterEach(() => void vi.useRealTimers())

async function collect(file: Blob, start: number, end: number, signal = options.signal): Promise<number[]> {
  const bytes: number[] = []
  for await (const piece of readRange(file, start, end, { ...options, signal })) bytes.push(...piece)
  return bytes
}

/** A file of ten bytes whose slices stream what they are told to. */
function lying(stream: () => ReadableStream<Uint8Array<ArrayBuffer>>, arrayBuffer?: () => Promise<ArrayBuffer>): Blob {
  const file = new Blob([new Uint8Array(10)])
  file.slice = () => {
    const slice = new Blob([])
    slice.stream = stream
    if (arrayBuffer) slice.arrayBuffer = arrayBuffer
    return slice
  }
  return file
}

const of = (size: number) => () => new Blob([new Uint8Array(size)]).stream()

test('the bytes of a range come in order', async () => {
  expect(await collect(new Blob([new Uint8Array([1, 2, 3, 4, 5])]), 1, 4)).toEqual([2, 3, 4])
})

test('F49 fewer or more bytes than asked for are an error, not the end of the file', async () => {
  await expect(collect(lying(of(3)), 0, 5)).rejects.toMatchObject({
    code: 'file-changed',
    message: 'Cannot read the file at byte 0: expected 5 bytes, got 3; choose it again',
  })
  await expect(collect(lying(of(6)), 0, 5)).rejects.toMatchObject({ code: 'file-changed' })
  const given: number[] = []
  const reading = async (): Promise<void> => {
    for await (const piece of readRange(lying(of(6)), 0, 5, options)) given.push(piece.length)
  }
  await expect(reading()).rejects.toMatchObject({ code: 'file-changed' })
  expect(given).toEqual([])
  await expect(collect(lying(of(0)), 0, 5)).rejects.toMatchObject({ code: 'file-changed' })
})

test('F40 F41 a failed read says what became of the file', async () => {
  const failing = (name: string) => () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.error(new DOMException('No', name)),
    })
  const codes = { NotFoundError: 'file-gone', NotReadableError: 'file-changed', UnknownError: 'file-unreadable' }
  for (const [name, code] of Object.entries(codes)) {
    const same = (): Promise<never> => Promise.reject(new DOMException('No', name))
    await expect(collect(lying(failing(name), same), 0, 5)).rejects.toMatchObject({ code })
  }
  const gone = (): Promise<never> => Promise.reject(new DOMException('No', 'NotFoundError'))
  await expect(collect(lying(failing('TypeError'), gone), 0, 5)).rejects.toMatchObject({ code: 'file-gone' })
})

test('F40 F41 a file on disk that grew or went away', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-'))
  const path = join(folder, 'a.bin')
  await writeFile(path, new Uint8Array(1000))
  const file = await openAsBlob(path)
  expect(await collect(file, 990, 1000)).toHaveLength(10)
  await appendFile(path, 'more')
  await expect(collect(file, 0, 1000)).rejects.toMatchObject({ code: 'file-changed' })
  await rm(folder, { recursive: true })
})

test('F50 a read that hangs fails after 60 s without a byte, as something to try again', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const reading = collect(
    lying(() => new ReadableStream()),
    0,
    5,
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
          if (given > 5) controller.close()
          else controller.enqueue(new Uint8Array(1))
        },
      },
      { highWaterMark: 0 },
    )
  }
  expect(await collect(lying(slow), 0, 5)).toHaveLength(5)
})

test('an aborted read ends at once and lets go of the file', async () => {
  const controller = new AbortController()
  const cancel = vi.fn<() => void>()
  const reading = collect(
    lying(() => new ReadableStream({ cancel })),
    0,
    5,
    controller.signal,
  )
  controller.abort(new Error('paused'))
  await expect(reading).rejects.toThrow('paused')
  expect(cancel).toHaveBeenCalledOnce()
})
