import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import { readCoreTime } from '../core-time.ts'
import { hostPaths } from '../gateway/host.ts'
import { startBetween, startHost, type Between } from '../gateway/process.ts'
import { startGenerator, type Generator } from '../load/generator.ts'
import type { Measurement } from '../measurement.ts'
import type { Child } from '../server/child.ts'
import type { Memory, Usage, WatchedMemory } from '../server/messages.ts'
import { median, ratio } from '../statistics.ts'
import { digits, inMiB, table } from '../table.ts'

/** How the bytes go to the host: straight, or through what stands between. */
type Way = 'direct' | Between

/** What is sent, and how fast the host takes it. */
interface Course {
  readonly title: string
  /** The same in a few words. */
  readonly short: string
  /** Bytes per second, of all uploads together. */
  readonly rate: number
  /** Bytes; Infinity for a file in one request. */
  readonly chunkSize: number
  readonly ways: readonly Way[]
  /** How often it is measured, where not in every round. */
  readonly rounds?: number
}

interface Run {
  readonly bytesPerSecond: number
  /** CPU seconds of each process; `between` is what stands there. */
  readonly cpu: { readonly between: number; readonly host: number; readonly sender: number }
  /** The share of the machine's cores that was busy, from 0 to 1. */
  readonly busy: number
  /** Of what stands between, before and at its highest. */
  readonly memory: { readonly before: Memory; readonly peak: Memory }
}

interface Found {
  readonly course: Course
  readonly runs: Readonly<Record<Way, readonly Run[]>>
  /** Of what stands between, when it has done nothing yet. */
  readonly fresh: Readonly<Record<Between, Memory>>
}

const [MiB, GiB] = [1024 ** 2, 1024 ** 3]
const parallel = 10
const largest = 200e6
const memoryAim = 20 * MiB
const speedAim = 0.8
// So that what one run leaves to be collected is no work of the next one.
const restMs = 1000
const titles: Readonly<Record<Way, string>> = {
  direct: 'straight to the host',
  gateway: 'through the gateway',
  fetch: 'through the gateway, by fetch',
  bare: 'through a bare Node proxy',
}

const courses: readonly Course[] = [
  {
    ...{ title: 'As fast as the cores allow, chunks of 8 MiB', short: 'unlimited, 8 MiB' },
    ...{ rate: Infinity, chunkSize: 8 * MiB },
    ways: ['direct', 'gateway', 'fetch', 'bare'],
  },
  {
    ...{ title: 'As fast as the cores allow, each file in one request', short: 'unlimited, one request' },
    ...{ rate: Infinity, chunkSize: Infinity },
    ways: ['direct', 'gateway', 'fetch', 'bare'],
  },
  {
    ...{ title: 'A host that takes 1 Gbit/s, chunks of 8 MiB', short: '1 Gbit/s, 8 MiB' },
    ...{ rate: 125e6, chunkSize: 8 * MiB },
    ways: ['direct', 'gateway'],
  },
  {
    ...{ title: 'A host that takes 20 MB/s, each file in one request', short: '20 MB/s, one request' },
    ...{ rate: 20e6, chunkSize: Infinity },
    ...{ ways: ['gateway'], rounds: 1 },
  },
]

/** What the gateway whose bytes go through it costs: speed and memory, beside sending straight to the same host. */
export const gateway: Measurement = async (bench) => {
  // A smaller run has smaller uploads.
  const size = Math.min(largest, Math.floor(bench.options.size / 5))
  const generator = startGenerator()
  const found: Found[] = []
  try {
    for (const course of courses) {
      bench.say(`\n  ${course.title}`)
      found.push(await measureCourse(bench, generator, course, size))
    }
  } finally {
    await generator.stop()
  }
  return {
    figures: { size, parallel, found },
    summary: [
      `${parallel} uploads of ${digits(size / 1e6)} MB at once.`,
      ...found.map((one) => speeds(one, size * parallel)),
      memoryTable(found),
      reached(found),
    ].join('\n\n'),
  }
}

/** A host and what stands before it, all of their own, so that memory is of this course; all ways in turn, round after round. */
async function measureCourse(bench: Bench, generator: Generator, course: Course, size: number): Promise<Found> {
  const { source } = bench.options
  const host = await startHost(course.rate, source)
  const targets: Readonly<Record<Way, Child>> = {
    direct: host,
    gateway: await startBetween('gateway', host.url, source),
    fetch: await startBetween('fetch', host.url, source),
    bare: await startBetween('bare', host.url, source),
  }
  const runs: Record<Way, Run[]> = { direct: [], gateway: [], fetch: [], bare: [] }
  try {
    await sleep(restMs)
    const fresh = {
      gateway: watched(await targets.gateway.used()).now,
      fetch: watched(await targets.fetch.used()).now,
      bare: watched(await targets.bare.used()).now,
    }
    const rounds = course.rounds ?? bench.options.rounds
    // The round before the first: nobody pays for what is compiled or cached for the first time. A slow host gets less of it.
    for (let round = 0; round <= rounds; round += 1)
      for (const way of course.ways) {
        const run = await runOnce(generator, host, targets[way], {
          ...{ way, chunkSize: course.chunkSize, size: round === 0 ? Math.min(size, course.rate) : size },
        })
        bench.say(`  ${round === 0 ? 'warm-up' : `round ${round}`}  ${way.padEnd(7)} ${line(run)}`)
        if (round > 0) runs[way].push(run)
      }
    return { course, runs, fresh }
  } finally {
    await Promise.all(Object.values(targets).map(({ stop }) => stop()))
  }
}

async function runOnce(
  generator: Generator,
  host: Child,
  target: Child,
  { way, size, chunkSize }: { readonly way: Way; readonly size: number; readonly chunkSize: number },
): Promise<Run> {
  await sleep(restMs)
  const endpoint = new URL(way === 'direct' ? hostPaths.files : '/api/videos/', target.url).href
  const cores = readCoreTime()
  const before = { host: await host.used(), target: await target.used() }
  const { ms, cpuSeconds } = await generator.send({
    ...{ dialect: 'tus', endpoint, parallel, each: 1, size, chunkSize: Math.min(chunkSize, size) },
  })
  const after = { target: await target.used(), host: await host.used() }
  const coresAfter = readCoreTime()
  return {
    bytesPerSecond: (parallel * size) / (ms / 1000),
    cpu: {
      between: way === 'direct' ? 0 : after.target.cpuSeconds - before.target.cpuSeconds,
      host: after.host.cpuSeconds - before.host.cpuSeconds,
      sender: cpuSeconds,
    },
    busy: (coresAfter.busy - cores.busy) / (coresAfter.all - cores.all),
    memory: { before: watched(before.target).now, peak: watched(after.target).peak },
  }
}

function watched({ memory }: Usage): WatchedMemory {
  if (!memory) throw new Error('Cannot tell the memory of a process that does not watch it')
  return memory
}

const above = (what: keyof Memory, { memory: { before, peak } }: Run): number => peak[what] - before[what]

const line = (run: Run): string =>
  [
    `${digits(run.bytesPerSecond / 1e6)} MB/s`,
    `CPU ${digits(run.cpu.between, 2)} s, of the host ${digits(run.cpu.host, 2)} s, of the sender ${digits(run.cpu.sender, 2)} s`,
    `cores busy ${digits(run.busy * 100)} %`,
    `memory ${inMiB(run.memory.before.resident)} + ${inMiB(above('resident', run))} MiB`,
  ].join('; ')

const speedsOf = (runs: readonly Run[]): readonly number[] => runs.map(({ bytesPerSecond }) => bytesPerSecond)

function speeds({ course, runs }: Found, bytes: number): string {
  const rows = course.ways.map((way) => {
    const mine = speedsOf(runs[way])
    const perGib = (of: keyof Run['cpu']): string =>
      digits((median(runs[way].map(({ cpu }) => cpu[of])) * GiB) / bytes, 2)
    return [
      titles[way],
      digits(median(mine) / 1e6),
      `${digits(Math.min(...mine) / 1e6)}–${digits(Math.max(...mine) / 1e6)}`,
      course.ways.includes('direct') ? digits(ratio(mine, speedsOf(runs.direct)), 2) : '',
      way === 'direct' ? '' : perGib('between'),
      perGib('host'),
      perGib('sender'),
      digits(median(runs[way].map(({ busy }) => busy)) * 100),
    ]
  })
  const head = [
    ...['', 'MB/s', 'from–to', '÷ straight', 'CPU s/GiB between', 'of the host', 'of the sender', 'cores busy, %'],
  ]
  return `${course.title}:\n\n${table(head, rows)}`
}

function memoryTable(found: readonly Found[]): string {
  const rows = found.flatMap(({ course, runs, fresh }) =>
    course.ways.flatMap((way) => {
      if (way === 'direct') return []
      const mine = runs[way]
      const most = (of: (run: Run) => number): string => inMiB(Math.max(...mine.map(of)))
      return [
        [
          `${course.short}, ${titles[way]}`,
          inMiB(fresh[way].resident),
          inMiB(median(mine.map(({ memory }) => memory.before.resident))),
          inMiB(median(mine.map((run) => above('resident', run)))),
          most((run) => above('resident', run)),
          most(({ memory }) => memory.peak.resident - fresh[way].resident),
          most((run) => above('held', run)),
        ],
      ]
    }),
  )
  const head = [
    ...['memory of the process between, MiB', 'before all', 'before a round', 'above that, median', 'most'],
    ...['above “before all”, most', 'heap and buffers above “before a round”, most'],
  ]
  return table(head, rows)
}

function reached(found: readonly Found[]): string {
  const ratios = found
    .filter(({ course }) => course.ways.includes('direct'))
    .map(({ course, runs }) => {
      const is = ratio(speedsOf(runs.gateway), speedsOf(runs.direct))
      return `- ${course.title}: ${digits(is, 2)} of the speed, aim ${digits(speedAim, 2)}: ${inWords(is >= speedAim)}`
    })
  const most = Math.max(...found.flatMap(({ runs }) => runs.gateway.map((run) => above('resident', run))))
  return [
    ...ratios,
    `- memory of the process above what it had before a round, in all of them: ${inMiB(most)} MiB at most, aim < ${inMiB(memoryAim)}: ${inWords(most < memoryAim)}`,
  ].join('\n')
}

const inWords = (isReached: boolean): string => (isReached ? 'reached' : 'not reached')
