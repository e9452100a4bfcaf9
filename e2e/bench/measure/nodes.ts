import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { startSharedStorage, type SharedStorage } from '../../storage/shared-storage.ts'
import { versitygw } from '../../storage/s3-server.ts'
import type { Bench } from '../bench.ts'
import { startGenerator, type Generator } from '../load/generator.ts'
import type { Load } from '../load/load.ts'
import { shapesOf } from '../load/shapes.ts'
import { removeAll } from '../load/stored.ts'
import type { Measurement } from '../measurement.ts'
import { callsTable, countCalls, countS3, type StepCalls } from '../nodes/calls.ts'
import {
  endpointOf,
  largestOf,
  readShares,
  sharesBetween,
  startFleet,
  type Fleet,
  type Running,
  type Shares,
} from '../nodes/ground.ts'
import { redisSpeed, type RedisSpeed } from '../nodes/redis-speed.ts'
import { stepsOfDrf, stepsOfTus } from '../nodes/steps.ts'
import { median, ratio } from '../statistics.ts'
import { digits, table } from '../table.ts'

/** Who sends, and to how many nodes. Without nodes it is S3 alone. */
interface Course {
  readonly title: string
  readonly dialect: 'tus' | 'drf'
  readonly count: 0 | 1 | 2 | 3
}

interface Run {
  readonly bytesPerSecond: number
  readonly bytes: number
  readonly shares: Shares
  /** CPU seconds of the process that sends. */
  readonly sender: number
  /** Bytes of memory of the largest node at its highest until then. */
  readonly memory: number
  /** Of a chunk, in milliseconds. */
  readonly chunkMs: number
}

/** Many uploads through one node, each as slow as a person's connection. */
interface Slow extends Run {
  readonly dialect: Course['dialect']
  readonly parallel: number
  /** Bytes of memory of the node when it has done nothing yet, at its highest. */
  readonly fresh: number
}

const [MiB, GiB] = [1024 ** 2, 1024 ** 3]
const chunkSize = 8 * MiB
/** 5 Mbit/s. */
const slowRate = 5e6 / 8

const courses: readonly Course[] = [
  { title: 'S3 alone', dialect: 'tus', count: 0 },
  ...(['tus', 'drf'] as const).flatMap((dialect) =>
    ([1, 2, 3] as const).map((count) => ({
      ...{ title: `${count} ${count === 1 ? 'node' : 'nodes'}, ${dialect}`, dialect, count },
    })),
  ),
]

/** What several nodes over one S3 and one Redis do, beside that S3 alone; and what one of their chunks asks of both. */
export const nodes: Measurement = async (bench) => {
  await versitygw.build()
  const storage = await startSharedStorage(resolve(bench.options.dir))
  const generator = startGenerator()
  const straight = startGenerator(new URL('../nodes/generate-s3.ts', import.meta.url), storage.env)
  try {
    const calls = await measureCalls(storage)
    bench.say(`\n${callsTable(calls)}`)
    const redis = await redisSpeed(storage.redis)
    const runs = await measureCourses(bench, storage, { generator, straight })
    const slow = [
      await measureSlow(bench, storage, generator, 'tus'),
      await measureSlow(bench, storage, generator, 'drf'),
    ]
    return {
      figures: { calls, redis, runs: Object.fromEntries(runs), slow },
      summary: [speeds(runs), slowly(slow), callsTable(calls), bears(redis)].join('\n\n'),
    }
  } finally {
    await Promise.all([generator.stop(), straight.stop()])
    await storage.close()
  }
}

/** One upload of each dialect, with nothing else going on. */
async function measureCalls(storage: SharedStorage): Promise<Readonly<Record<string, readonly StepCalls[]>>> {
  const counting = await countS3(storage.s3.port)
  const node = await storage.startNode(counting.endpoint)
  const endpoint = endpointOf(node)
  try {
    return {
      tus: await countCalls(stepsOfTus(endpoint), storage.redis.port, counting),
      drf: await countCalls(stepsOfDrf(endpoint), storage.redis.port, counting),
    }
  } finally {
    await node.close()
    counting.close()
    // Whoever sends more counts its own files.
    await Promise.all((await storage.s3.filesIn(storage.bucket)).map((file) => rm(file)))
  }
}

interface Senders {
  readonly generator: Generator
  readonly straight: Generator
}

/** All in turn, round after round; each has nodes of its own, so that their memory is of this course. */
async function measureCourses(
  bench: Bench,
  storage: SharedStorage,
  { generator, straight }: Senders,
): Promise<ReadonlyMap<string, readonly Run[]>> {
  const { parallel, each, size } = shapesOf(bench.options.size).find(({ name }) => name === 'ten') ?? bare
  const fleets = new Map<Course, Fleet>()
  const runs = new Map<string, Run[]>(courses.map(({ title }) => [title, []]))
  try {
    for (const course of courses) if (course.count > 0) fleets.set(course, await startFleet(storage, course.count))
    // The round before the first: nobody pays for what is compiled or cached for the first time.
    for (let round = 0; round <= bench.options.rounds; round += 1)
      for (const course of courses) {
        const fleet = fleets.get(course)
        const endpoint = fleet?.endpoint ?? `${storage.s3.endpoint}/${storage.bucket}`
        const load = { dialect: course.dialect, endpoint, parallel, each, size, chunkSize }
        const run = await runOnce(storage, fleet ?? { nodes: [] }, fleet ? generator : straight, load)
        await bench.calm()
        bench.say(`  ${round === 0 ? 'warm-up' : `round ${round}`}  ${course.title.padEnd(12)} ${line(run)}`)
        if (round > 0) runs.get(course.title)?.push(run)
      }
  } finally {
    await Promise.all([...fleets.values()].map((fleet) => fleet.close()))
  }
  return runs
}

const bare = { parallel: 1, each: 1, size: 2 * chunkSize }

/** A node of its own, that has done nothing yet. A clock limits it, so it is measured once. */
async function measureSlow(
  bench: Bench,
  storage: SharedStorage,
  generator: Generator,
  dialect: Course['dialect'],
): Promise<Slow> {
  // A smaller run has fewer uploads.
  const parallel = Math.min(100, Math.ceil(bench.options.size / (10 * MiB)))
  const node = await storage.startNode()
  try {
    const fresh = await largestOf([node])
    const load = {
      dialect,
      endpoint: endpointOf(node),
      parallel,
      each: 1,
      size: 3 * chunkSize,
      chunkSize,
      rate: slowRate,
    }
    const run = await runOnce(storage, { nodes: [node] }, generator, load)
    bench.say(`  ${parallel} slow uploads, ${dialect}: ${line(run)}, fresh ${digits(fresh / MiB)} MiB`)
    return { ...run, dialect, parallel, fresh }
  } finally {
    await node.close()
  }
}

async function runOnce(storage: SharedStorage, running: Running, generator: Generator, load: Load): Promise<Run> {
  const { parallel, each, size } = load
  const before = await readShares(storage, running)
  const { ms, cpuSeconds, md5, chunkMs } = await generator.send(load)
  const shares = sharesBetween(before, await readShares(storage, running))
  const memory = await largestOf(running.nodes)
  await removeAll(join(storage.s3.data, storage.bucket), { size, md5 }, parallel * each)
  const bytes = parallel * each * size
  return { bytesPerSecond: bytes / (ms / 1000), bytes, shares, sender: cpuSeconds, memory, chunkMs: median(chunkMs) }
}

const whose = ['nodes', 's3', 'redis', 'balancer'] as const

/** The share of the machine's cores that something else took, from 0 to 1. */
function others({ shares, sender }: Run): number {
  const ours = whose.reduce((sum, who) => sum + shares[who], sender)
  return Math.max(0, shares.busy - ours) / shares.all
}

const perGib = (runs: readonly Run[], of: (run: Run) => number): string =>
  digits(median(runs.map((run) => (of(run) * GiB) / run.bytes)), 2)

const line = (run: Run): string =>
  [
    `${digits(run.bytesPerSecond / 1e6)} MB/s`,
    `CPU s/GiB ${whose.map((who) => `${who} ${perGib([run], ({ shares }) => shares[who])}`).join(', ')}, sender ${perGib([run], ({ sender }) => sender)}`,
    `of others ${digits(others(run) * 100)} %`,
    `${digits(run.memory / MiB)} MiB`,
  ].join('; ')

function speeds(runs: ReadonlyMap<string, readonly Run[]>): string {
  const speedsOf = (title: string): readonly number[] =>
    runs.get(title)?.map(({ bytesPerSecond }) => bytesPerSecond) ?? []
  const rows = courses.map(({ title, dialect, count }) => {
    const [done, mine] = [runs.get(title) ?? [], speedsOf(title)]
    const through = (text: string): string => (count > 0 ? text : '')
    return [
      title,
      digits(median(mine) / 1e6),
      `${digits(Math.min(...mine) / 1e6)}–${digits(Math.max(...mine) / 1e6)}`,
      digits(ratio(mine, speedsOf('S3 alone')), 2),
      through(digits(ratio(mine, speedsOf(`1 node, ${dialect}`)), 2)),
      through(perGib(done, ({ shares }) => shares.nodes)),
      perGib(done, ({ shares }) => shares.s3),
      through(perGib(done, ({ shares }) => shares.redis)),
      through(perGib(done, ({ shares }) => shares.balancer)),
      perGib(done, ({ sender }) => sender),
      digits(median(done.map(others)) * 100),
      through(digits(Math.max(...done.map(({ memory }) => memory)) / MiB)),
    ]
  })
  const head = [
    ...['ten at once', 'MB/s', 'from–to', '÷ S3 alone', '÷ one node', 'CPU s/GiB nodes', 'S3', 'Redis', 'balancer'],
    ...['sender', 'something else, %', 'memory of a node, MiB'],
  ]
  return table(head, rows)
}

function slowly(slow: readonly Slow[]): string {
  const rows = slow.map((run) => [
    `${run.parallel} at 5 Mbit/s each, one node, ${run.dialect}`,
    digits(run.bytesPerSecond / 1e6),
    digits(run.chunkMs / 1000, 1),
    perGib([run], ({ shares }) => shares.nodes),
    perGib([run], ({ shares }) => shares.redis),
    digits(others(run) * 100),
    digits(run.fresh / MiB),
    digits(run.memory / MiB),
    digits((run.memory - run.fresh) / run.parallel / MiB, 1),
  ])
  const head = [
    ...['slow uploads', 'MB/s', 'a chunk, s', 'CPU s/GiB node', 'Redis', 'something else, %'],
    ...['memory before all, MiB', 'most', 'for each upload'],
  ]
  return table(head, rows)
}

const bears = ({ perSecond, cpuSeconds }: RedisSpeed): string =>
  `Redis, which has on its disk what it acknowledges, answers ${digits(perSecond / 1000)} thousand small scripts in a second (redis-benchmark, 50 connections, on the same cores), which take ${digits(cpuSeconds)} µs of its core each.`
