import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { referenceFarEnd } from './far-end.ts'
import { anything, harmless, type Schedule } from './schedule.ts'
import { sumOf } from './sum.ts'
import { platform, play } from './world.ts'

// A page that has once seen a request hang sends copies ever after: one schedule must not change the next.
vi.mock('../../src/source.ts', async (load) => {
  const source = await load<typeof import('../../src/source.ts')>()
  const createSource: typeof source.createSource = async (...given) => ({
    ...(await source.createSource(...given)),
    switchToCopies: () => {},
  })
  return { ...source, createSource }
})

const runs = Number(process.env['MODEL_RUNS'] ?? 1_000)
const seed = process.env['MODEL_SEED'] === undefined ? {} : { seed: Number(process.env['MODEL_SEED']) }

beforeAll(() => {
  vi.stubGlobal('navigator', platform)
  vi.stubGlobal('addEventListener', (...[type, listener, options]: Parameters<EventTarget['addEventListener']>) =>
    platform.page.addEventListener(type, listener, options),
  )
})
afterAll(() => vi.unstubAllGlobals())

const run = (schedule: Schedule) =>
  play(schedule, { sumOf, connect: (clock) => referenceFarEnd(schedule.script, schedule, sumOf, clock) })

test('whatever happens', async () => {
  let [requests, faults] = [0, 0]
  const t = performance.now()
  await fc.assert(
    fc.asyncProperty(anything, async (schedule) => {
      const course = await run(schedule)
      requests += course.requests
      faults += course.faults
    }),
    { numRuns: runs, ...seed },
  )
  console.warn({ requests: requests / runs, faults: faults / runs, ms: (performance.now() - t) / runs })
  expect(requests).toBeGreaterThan(0)
}, 120_000)

test('harmless', async () => {
  await fc.assert(
    fc.asyncProperty(harmless, async (schedule) => void (await run(schedule))),
    { numRuns: runs, ...seed },
  )
}, 120_000)
