import { drfChunkedUpload, ietf, tus, type Protocol } from '@chunkwise/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { play, type Course } from './course.ts'
import { faultsOf, wasteOf } from './judge.ts'
import { anything, harmless, sampled, type Schedule } from './schedule.ts'
import { openWorld, type World } from '../world.ts'

/** Played at the same time: most of each is waiting. */
const atOnce = 6
/** What a failure has printed, to see it again. */
const seed = Number(process.env['SCHEDULE_SEED'] ?? 20_261_121)
const given = process.env['SCHEDULE']
const schedulesOf = (schedules: typeof anything, count: number): Schedule[] =>
  given === undefined ? sampled(schedules, count, seed) : [JSON.parse(given) as Schedule]

let world: World
let base = 0
beforeAll(async () => {
  world = await openWorld()
  await world.server.uploads()
  base = await world.descriptors()
  // Where a page would be: the key of a creation goes to its own origin only.
  vi.stubGlobal('location', new URL(world.endpoint))
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await world.close()
})

const dialects: readonly { readonly name: string; readonly counts: number; protocol(schedule: Schedule): Protocol }[] =
  [
    { name: 'drf', counts: 60, protocol: () => drfChunkedUpload() },
    { name: 'tus', counts: 45, protocol: ({ first }) => tus({ creationWithUpload: first }) },
    { name: 'ietf', counts: 45, protocol: () => ietf() },
  ]

describe.concurrent.each(dialects)(
  '$name: the real client, the real server, and a network that fails by script',
  ({ counts, protocol, name }) => {
    const sizes = (schedule: Schedule): Schedule =>
      name === 'drf' ? { ...schedule, size: Math.max(1, schedule.size) } : schedule

    test('whatever happens, what is reported complete is the file (I01, I02, I03, I06, I09)', async () => {
      const courses = await playAll(schedulesOf(anything, counts).map(sizes), protocol)
      const uploads = await world.server.uploads()
      for (const course of courses) expect(await faultsOf(course, uploads), replay(course)).toEqual([])
    }, 120_000)

    test('where nothing is destroyed, no confirmed byte is sent again, and no session given up (I01, I02, I04)', async () => {
      const courses = await playAll(schedulesOf(harmless, counts).map(sizes), protocol)
      const uploads = await world.server.uploads()
      for (const course of courses)
        expect([...(await faultsOf(course, uploads)), ...wasteOf(course)], replay(course)).toEqual([])
    }, 120_000)
  },
)

test('the server is left as it was: nothing stays open (I19)', async () => {
  await vi.waitFor(async () => expect(await world.descriptors()).toBeLessThanOrEqual(base), { timeout: 15_000 })
})

async function playAll(schedules: readonly Schedule[], protocol: (schedule: Schedule) => Protocol): Promise<Course[]> {
  const left = schedules.entries()
  const courses: Course[] = []
  const player = async (): Promise<void> => {
    for (const [index, schedule] of left)
      courses[index] = await play(schedule, protocol(schedule), world).catch((cause: unknown) => {
        throw new Error(`${String(cause)}\n${replay({ schedule })}`, { cause })
      })
  }
  await Promise.all(Array.from({ length: atOnce }, player))
  return courses
}

const replay = ({ schedule }: Pick<Course, 'schedule'>): string =>
  `seed ${seed}; to see it again: SCHEDULE='${JSON.stringify(schedule)}'`
