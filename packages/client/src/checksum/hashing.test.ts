import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Algorithm, HashState } from '../types.ts'
import { createHashing } from './hashing.ts'

const never = new AbortController().signal
const patience = { timeout: 10_000, interval: 1 }
const hashOf = (bytes: Uint8Array, algorithm: Algorithm): string => createHash(algorithm).update(bytes).digest('hex')
const algorithm = fc.constantFrom<Algorithm>('md5', 'sha256')
const bytes = fc.integer({ min: 0, max: 300_000 }).map((size) => new Uint8Array(randomBytes(size)))

test('the digest is the one of the bytes, however the hash is advanced', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, algorithm, fc.array(fc.nat(300_000), { maxLength: 6 }), async (data, name, targets) => {
      const hasher = createHashing().open({ file: new Blob([data]), algorithm: name })
      for (const target of targets) {
        hasher.advance(target)
        await Promise.resolve()
      }
      hasher.advance(data.length)
      expect(await hasher.digest(never)).toBe(hashOf(data, name))
      expect(hasher.position).toBe(data.length)
      hasher.close()
    }),
    { numRuns: 40 },
  )
})

test('F84 from every saved state the hash goes on to the same digest, reading only what lies behind it', async () => {
  const data = new Uint8Array(randomBytes(200_000))
  for (const name of ['md5', 'sha256'] as const) {
    const states: HashState[] = []
    const first = createHashing().open({ file: new Blob([data]), algorithm: name })
    for (const target of [1, 63, 64, 65, 4096, 100_001, data.length]) {
      first.advance(target)
      await expect.poll(() => first.saved(target)?.position, patience).toBe(target)
      const state = first.saved(target)
      if (state) states.push(state)
    }
    expect(states).toHaveLength(7)
    for (const saved of states) {
      const { file, read } = counted(data)
      const hasher = createHashing().open({ file, algorithm: name, saved, trusted: true })
      expect(hasher.position).toBe(saved.position)
      expect(hasher.saved(data.length)).toEqual(saved)
      hasher.advance(data.length)
      expect(await hasher.digest(never)).toBe(hashOf(data, name))
      expect(read()).toBe(data.length - saved.position)
    }
  }
})

test('a target that lies behind changes nothing; nothing is hashed ahead of the target, or read twice', async () => {
  const data = new Uint8Array(randomBytes(100_000))
  const { file, read } = counted(data)
  const hasher = createHashing().open({ file, algorithm: 'md5' })
  hasher.advance(60_000)
  hasher.advance(10)
  await expect.poll(() => hasher.position, patience).toBe(60_000)
  hasher.advance(10)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(hasher.position).toBe(60_000)
  hasher.advance(1e15)
  expect(await hasher.digest(never)).toBe(hashOf(data, 'md5'))
  expect(read()).toBe(100_000)
})

test('a state is saved at each target and every 4 MiB; the newest at or below an offset is given', async () => {
  const MiB = 1024 ** 2
  const told: number[] = []
  const file = new Blob([new Uint8Array(11 * MiB)])
  const hasher = createHashing().open({ file, algorithm: 'md5', onAdvance: (position) => told.push(position) })
  hasher.advance(5 * MiB)
  await expect.poll(() => hasher.position, patience).toBe(5 * MiB)
  hasher.advance(11 * MiB)
  await hasher.digest(never)
  expect(told).toEqual([4 * MiB, 5 * MiB, 9 * MiB, 11 * MiB])
  expect(hasher.saved(4 * MiB - 1)).toBeUndefined()
  expect(hasher.saved(4 * MiB)?.position).toBe(4 * MiB)
  expect(hasher.saved(9 * MiB - 1)?.position).toBe(5 * MiB)
  expect(hasher.saved(1e15)?.position).toBe(11 * MiB)
})

test('F42 an unproven file is hashed from 0 and must agree with the saved state when it passes it', async () => {
  const data = new Uint8Array(randomBytes(50_000))
  const saved = await stateAt(data, 30_000)
  const same = createHashing().open({ file: new Blob([data]), algorithm: 'md5', saved, trusted: false })
  expect(same.position).toBe(0)
  expect(same.saved(40_000)).toEqual(saved)
  same.advance(data.length)
  expect(await same.digest(never)).toBe(hashOf(data, 'md5'))

  for (const changed of [0, 15_000, 29_999]) {
    const other = data.slice()
    other[changed] = (other[changed] ?? 0) ^ 1
    const hasher = createHashing().open({ file: new Blob([other]), algorithm: 'md5', saved, trusted: false })
    hasher.advance(data.length)
    await expect(hasher.digest(never)).rejects.toMatchObject({ code: 'file-mismatch' })
    expect(hasher.position).toBeLessThan(30_000)
  }

  const later = data.slice()
  later[30_000] = (later[30_000] ?? 0) ^ 1
  const hasher = createHashing().open({ file: new Blob([later]), algorithm: 'md5', saved, trusted: false })
  hasher.advance(data.length)
  expect(await hasher.digest(never)).toBe(hashOf(later, 'md5'))
})

test('two ways through the same bytes agree, whatever older blocks left in the saved state', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(5000), { maxLength: 8 }), async (at, steps) => {
      const data = new Uint8Array(randomBytes(6000))
      const saved = await stateAt(data, at)
      const hasher = createHashing().open({ file: new Blob([data]), algorithm: 'md5', saved, trusted: false })
      for (const step of [...steps.sort((a, b) => a - b), data.length]) {
        hasher.advance(step)
        await expect.poll(() => hasher.position, patience).toBeGreaterThanOrEqual(step)
      }
      expect(await hasher.digest(never)).toBe(hashOf(data, 'md5'))
    }),
    { numRuns: 30 },
  )
})

const broken: Record<string, (state: HashState) => HashState> = {
  'of the other engine': (state) => ({ ...state, engine: 'script' }),
  'of another algorithm': (state) => ({ ...state, algorithm: 'sha256' }),
  'cut short': (state) => ({ ...state, state: state.state.slice(0, 40) }),
  'of another version': (state) => ({ ...state, state: `AAAA${state.state.slice(4)}` }),
  'no base64': (state) => ({ ...state, state: '§' }),
  'behind the end': (state) => ({ ...state, position: 1e9 }),
}
for (const [what, change] of Object.entries(broken)) {
  for (const trusted of [true, false]) {
    test(`a saved state ${what} is refused and the file hashed from 0 (trusted: ${trusted})`, async () => {
      const data = new Uint8Array(randomBytes(10_000))
      const saved = change(await stateAt(data, 5_000))
      const hasher = createHashing().open({ file: new Blob([data]), algorithm: 'md5', saved, trusted })
      hasher.advance(data.length)
      expect(await hasher.digest(never)).toBe(hashOf(data, 'md5'))
      expect(hasher.saved(9_999)).toBeUndefined()
    })
  }
}

test('waiting for a digest ends with the signal, and with the hash', async () => {
  const hasher = createHashing().open({ file: new Blob(['abc']), algorithm: 'md5' })
  const controller = new AbortController()
  const waiting = hasher.digest(controller.signal)
  controller.abort(new Error('paused'))
  await expect(waiting).rejects.toThrow('paused')
  await expect(hasher.digest(controller.signal)).rejects.toThrow('paused')
  const other = hasher.digest(never)
  hasher.close()
  await expect(other).rejects.toMatchObject({ code: 'cancelled' })
  await expect(hasher.digest(never)).rejects.toMatchObject({ code: 'cancelled' })
})

test('an empty file has the digest of nothing', async () => {
  const hasher = createHashing().open({ file: new Blob([]), algorithm: 'md5' })
  expect(await hasher.digest(never)).toBe('d41d8cd98f00b204e9800998ecf8427e')
})

test('both algorithms are ready in Node, and an aborted question is not answered', async () => {
  const hashing = createHashing()
  await hashing.ready('md5', never)
  await hashing.ready('sha256', never)
  await expect(hashing.ready('sha256', AbortSignal.abort(new Error('paused')))).rejects.toThrow('paused')
})

/** A file that counts the bytes it gave. */
function counted(data: Uint8Array<ArrayBuffer>): { readonly file: Blob; read(): number } {
  let read = 0
  const file = new Blob([data])
  file.slice = (start = 0, end = data.length) => {
    const slice = Blob.prototype.slice.call(new Blob([data]), start, end)
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        read += chunk.length
        controller.enqueue(chunk)
      },
    })
    // Node's stream of a Blob is of plain bytes, as TransformStream takes them.
    const stream = Blob.prototype.stream.call(slice).pipeThrough(counter) as ReturnType<Blob['stream']>
    slice.stream = () => stream
    return slice
  }
  return { file, read: () => read }
}

async function stateAt(data: Uint8Array<ArrayBuffer>, position: number): Promise<HashState> {
  const hasher = createHashing().open({ file: new Blob([data]), algorithm: 'md5' })
  hasher.advance(position)
  await expect.poll(() => hasher.position, patience).toBe(position)
  const state = hasher.saved(position)
  if (!state) throw new Error('Expected a saved state')
  return state
}
