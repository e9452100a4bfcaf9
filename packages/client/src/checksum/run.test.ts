import { afterEach, expect, test, vi } from 'vitest'
import type { Engine } from './engine.ts'
import { startRun, type RunEvent } from './run.ts'

const MiB = 1024 ** 2

afterEach(() => void vi.restoreAllMocks())

test('F81 hashing on the page never works longer than its slice and one piece, on a slow computer too', async () => {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  let worked = 0
  let longest = 0
  const slow: Engine = {
    name: 'script',
    algorithm: 'md5',
    open: async () => ({
      // 13 MB/s.
      update(bytes) {
        now += bytes.length / 13_000
        worked += bytes.length / 13_000
        longest = Math.max(longest, worked)
      },
      save: () => '',
      load: () => {},
      reset: () => {},
      hex: () => 'done',
    }),
  }
  const rest = setInterval(() => (worked = 0), 0)
  const immediate = globalThis.setImmediate
  vi.spyOn(globalThis, 'setImmediate').mockImplementation((run) => {
    worked = 0
    return immediate(run)
  })
  const run = await finished(new Blob([new Uint8Array(3 * MiB)]), [slow])
  clearInterval(rest)
  expect(run.at(-1)).toEqual({ type: 'finished', hex: 'done' })
  expect(longest).toBeGreaterThan(5)
  expect(longest).toBeLessThan(10.1)
})

test('a fault of the engine is not taken for one of the file', async () => {
  const broken: Engine = {
    name: 'wasm',
    algorithm: 'md5',
    open: async () => ({
      update: () => {
        throw new RangeError('out of memory')
      },
      save: () => '',
      load: () => {},
      reset: () => {},
      hex: () => '',
    }),
  }
  expect((await finished(new Blob(['abc']), [broken])).at(-1)).toEqual({
    type: 'died',
    cause: 'RangeError: out of memory',
  })
})

test('a closed run tells nothing more', async () => {
  const told: RunEvent[] = []
  const engine: Engine = {
    name: 'wasm',
    algorithm: 'md5',
    open: () => new Promise((resolve) => setImmediate(resolve, digest)),
  }
  const digest = { update: () => {}, save: () => '', load: () => {}, reset: () => {}, hex: () => '' }
  const order = { file: new Blob(['abc']), algorithm: 'md5' as const }
  const run = startRun(order, [engine], { sliceMs: 5, readLimitMs: 60_000 }, (event) => told.push(event))
  run.advance(3)
  run.close()
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  expect(told).toEqual([])
})

function finished(file: Blob, engines: readonly Engine[]): Promise<readonly RunEvent[]> {
  return new Promise((resolve) => {
    const told: RunEvent[] = []
    const run = startRun({ file, algorithm: 'md5' }, engines, { sliceMs: 5, readLimitMs: 60_000 }, (event) => {
      told.push(event)
      if (event.type !== 'opened' && event.type !== 'advanced') resolve(told)
    })
    run.advance(file.size)
  })
}
