import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { beginPace, halve, type Pace } from './chunk-size.ts'

const MiB = 1024 ** 2
const endpoint = 'https://files.example/api/uploads/'
const day = 24 * 60 * 60 * 1000
let kept: Map<string, string>
let page: EventTarget

// Each page loads the code anew.
async function visit() {
  vi.resetModules()
  page = new EventTarget()
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  const { shareLimit } = await import('./learnt-limit.ts')
  return (way: { pace: Pace }, at = Date.now(), to = endpoint) => shareLimit(way, to, at)
}
const leave = (): void => void page.dispatchEvent(new Event('pagehide'))
const way = (limit?: number): { pace: Pace } => ({ pace: beginPace('auto', limit) })
const refuse = (one: { pace: Pace }, bytes: number): void => void (one.pace = halve(one.pace, bytes) ?? one.pace)

beforeEach(() => {
  kept = new Map()
  vi.stubGlobal('document', {})
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
  })
})
afterEach(() => vi.unstubAllGlobals())

test('what one uploader was refused, the next one to the same origin does not try', async () => {
  const share = await visit()
  const [one, next, elsewhere] = [way(), way(), way()]
  share(one)
  refuse(one, 8 * MiB)
  share(next)
  expect(next.pace.limit).toBe(4 * MiB)
  share(elsewhere, Date.now(), 'https://other.example/')
  expect(elsewhere.pace.limit).toBe(Infinity)
})

test('the next visit begins with it, for a day from when it was learnt', async () => {
  const one = way()
  ;(await visit())(one)
  refuse(one, 8 * MiB)
  leave()
  for (const [later, limit] of [
    [0, 4 * MiB],
    [day - 60_000, 4 * MiB],
    [day + 60_000, Infinity],
    // A clock that was set back says nothing of when it was.
    [-2 * day, Infinity],
  ] as const) {
    const next = way()
    ;(await visit())(next, Date.now() + later)
    expect(next.pace.limit).toBe(limit)
    const before = new Map(kept)
    leave()
    expect(kept).toEqual(before)
  }
})

test('what an app has limited itself is nothing that was learnt', async () => {
  const share = await visit()
  const [slow, free] = [way(MiB), way()]
  share(slow)
  share(free)
  expect(free.pace.limit).toBe(Infinity)
  leave()
  expect(kept.size).toBe(0)
  // A lower one stays; of two that were learnt the lower one counts.
  refuse(free, MiB)
  share(slow)
  expect(slow.pace.limit).toBe(MiB / 2)
})

test('what something else has left there counts for nothing', async () => {
  for (const text of ['', 'x', '5', `5 ${Date.now()}`, `${MiB} x`, '{"limit":5}']) {
    kept.set('chunkwise limit https://files.example', text)
    const one = way()
    ;(await visit())(one)
    expect(one.pace.limit).toBe(Infinity)
  }
})

test('where storage is refused, and outside of a page, nothing is remembered and nothing breaks', async () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('No', 'SecurityError')
    },
  })
  const one = way()
  ;(await visit())(one)
  refuse(one, 8 * MiB)
  leave()
  vi.stubGlobal('document', undefined)
  const [share, before, next] = [await visit(), way(), way()]
  share(before)
  refuse(before, 8 * MiB)
  share(next)
  expect(next.pace.limit).toBe(Infinity)
})
