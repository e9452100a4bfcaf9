import { resolve } from 'node:path'
import type { Bench } from '../bench.ts'
import type { Chart } from '../chart.ts'
import { readCoreTime, shareOfOthers } from '../core-time.ts'
import { diskSpeed } from '../disk-speed.ts'
import { startGenerator, type Generator } from '../load/generator.ts'
import type { LoadOutcome } from '../load/load.ts'
import { loadCandidates, whyMissing, type LoadCandidate, type LoadCandidateName } from '../load/candidates.ts'
import { shapesOf, type Shape } from '../load/shapes.ts'
import { removeAll } from '../load/stored.ts'
import type { Measurement } from '../measurement.ts'
import type { ServerProcess } from '../server/process.ts'
import { median, quantile, ratio } from '../statistics.ts'
import { digits, inMiB, table } from '../table.ts'

/** One load, as one server bore it. */
interface Run extends Omit<LoadOutcome, 'md5'> {
  readonly bytesPerSecond: number
  /** CPU seconds of the server's processes. */
  readonly serverCpuSeconds: number
  /** Bytes of memory of the server's processes, each at its highest until then; what they share counts for each. */
  readonly peakMemory: number
  /** The share of the machine's cores that something else took meanwhile, from 0 to 1. */
  readonly others: number
}

/** What every server did with one shape of load, and how fast the disk alone was, in bytes per second, round by round. */
interface Found {
  readonly shape: Shape
  readonly runs: ReadonlyMap<LoadCandidateName, readonly Run[]>
  readonly disk: readonly number[]
}

/** What must be reached with ten uploads at once: how many times the one's speed the other's is. */
const aims: readonly {
  readonly ours: LoadCandidateName
  readonly theirs: LoadCandidateName | 'disk'
  readonly atLeast: number
}[] = [
  { ours: 'drf-relaxed', theirs: 'tus-node', atLeast: 1.3 },
  { ours: 'tus-relaxed', theirs: 'tus-node', atLeast: 1.3 },
  { ours: 'drf-strict', theirs: 'disk', atLeast: 0.9 },
  { ours: 'drf-relaxed', theirs: 'django', atLeast: 3 },
]

/** What servers bear: many uploads at once, sent by a process that does nothing else and costs little. */
export const server: Measurement = async (bench) => {
  const missing = new Map(
    bench.options.servers.flatMap((name) => {
      const why = whyMissing(loadCandidates[name])
      return why === undefined ? [] : [[name, why]]
    }),
  )
  const names = bench.options.servers.filter((name) => !missing.has(name))
  const generator = startGenerator()
  const found: Found[] = []
  try {
    for (const shape of shapesOf(bench.options.size).filter(({ name }) => bench.options.loads.includes(name))) {
      bench.say(`\n  ${shape.title}`)
      found.push(await measureShape(bench, generator, shape, names))
    }
  } finally {
    await generator.stop()
  }
  return {
    figures: found.map(({ shape, runs, disk }) => ({ shape, runs: Object.fromEntries(runs), disk })),
    summary: [
      ...found.map(summarize),
      reached(found),
      noise(found),
      ...[...missing].map(([name, why]) => `Without ${name}: ${why}.`),
    ].join('\n\n'),
    charts: chartsOf(found),
  }
}

/** Every server in turn, round after round; each is a new one for each shape, so that its memory is of this shape. */
async function measureShape(
  bench: Bench,
  generator: Generator,
  shape: Shape,
  names: readonly LoadCandidateName[],
): Promise<Found> {
  const servers = new Map<LoadCandidateName, ServerProcess>()
  const runs = new Map<LoadCandidateName, Run[]>(names.map((name) => [name, []]))
  const disk: number[] = []
  try {
    for (const name of names) servers.set(name, await bench.start(loadCandidates[name].server))
    // The round before the first: nobody pays for what is compiled or cached for the first time.
    for (let round = 0; round <= bench.options.rounds; round += 1) {
      const say = (name: string, line: string): void =>
        bench.say(`  ${round === 0 ? 'warm-up' : `round ${round}`}  ${name.padEnd(11)} ${line}`)
      for (const [name, server] of servers) {
        const run = await runOnce(generator, server, loadCandidates[name], shape)
        await bench.calm()
        say(name, line(run))
        if (round > 0) runs.get(name)?.push(run)
      }
      const speed = await diskSpeed(
        resolve(bench.options.dir),
        shape.size,
        shape.chunkSize,
        shape.parallel * shape.each,
      )
      await bench.calm()
      say('disk', `${speedOf(speed)} MB/s`)
      if (round > 0) disk.push(speed)
    }
  } finally {
    for (const { stop } of servers.values()) await stop()
  }
  return { shape, runs, disk }
}

async function runOnce(
  generator: Generator,
  server: ServerProcess,
  { dialect }: LoadCandidate,
  { parallel, each, size, chunkSize }: Shape,
): Promise<Run> {
  const endpoint = new URL(server.endpoint, server.url).href
  const [before, cores] = [await server.used(), readCoreTime()]
  const { md5, ...outcome } = await generator.send({ dialect, endpoint, parallel, each, size, chunkSize })
  const [after, coresAfter] = [await server.used(), readCoreTime()]
  await removeAll(server.dir, { size, md5 }, parallel * each)
  const serverCpuSeconds = after.cpuSeconds - before.cpuSeconds
  return {
    ...outcome,
    bytesPerSecond: (parallel * each * size) / (outcome.ms / 1000),
    serverCpuSeconds,
    peakMemory: after.peakMemory,
    others: shareOfOthers(cores, coresAfter, serverCpuSeconds + outcome.cpuSeconds),
  }
}

const line = ({ bytesPerSecond, serverCpuSeconds, cpuSeconds, chunkMs, peakMemory, others }: Run): string =>
  [
    `${speedOf(bytesPerSecond)} MB/s`,
    `CPU ${digits(serverCpuSeconds, 2)} s, of the sender ${digits(cpuSeconds, 2)} s, of others ${digits(others * 100)} %`,
    `chunk ${digits(median(chunkMs), 1)} ms, p99 ${digits(quantile(chunkMs, 0.99), 1)} ms`,
    `${inMiB(peakMemory)} MiB`,
  ].join('; ')

const head = [
  ...['', 'MB/s', 'from–to', 'uploads/s', '÷ @tus/server', '÷ disk', 'MB/CPU s', 'CPU s/GiB'],
  ...['chunk p50, ms', 'p99, ms', 'memory, MiB'],
]

function summarize({ shape, runs, disk }: Found): string {
  const { size, parallel, each } = shape
  const bytes = size * parallel * each
  const speeds = new Map([...runs].map(([name, done]) => [name, speedsOf(done)]))
  const per = (mine: readonly number[], theirs: readonly number[] | undefined): string =>
    theirs ? digits(ratio(mine, theirs), 2) : ''
  const speed = (mine: readonly number[]): string[] => [
    speedOf(median(mine)),
    `${speedOf(Math.min(...mine))}–${speedOf(Math.max(...mine))}`,
    digits(median(mine) / size, median(mine) > 10 * size ? 0 : 1),
    per(mine, speeds.get('tus-node')),
    per(mine, disk),
  ]
  const rows = [...runs].map(([name, done]) => {
    const cpu = median(done.map(({ serverCpuSeconds }) => serverCpuSeconds))
    const chunks = done.flatMap(({ chunkMs }) => chunkMs)
    return [
      loadCandidates[name].title,
      ...speed(speedsOf(done)),
      speedOf(bytes / cpu),
      digits((cpu * 1024 ** 3) / bytes, 2),
      digits(median(chunks), 1),
      digits(quantile(chunks, 0.99), 1),
      digits(Math.max(...done.map(({ peakMemory }) => peakMemory)) / 1024 ** 2),
    ]
  })
  const plain = ['a plain loop of writes, each chunk synced', ...speed(disk), '', '', '', '', '']
  return `${shape.title}:\n\n${table(head, [...rows, plain])}`
}

function chartsOf(found: readonly Found[]): readonly Chart[] {
  const ten = found.find(({ shape }) => shape.name === 'ten')
  if (!ten) return []
  const bytes = ten.shape.size * ten.shape.parallel * ten.shape.each
  const bars = (of: (run: Run) => number): Chart['bars'] =>
    [...ten.runs].map(([name, done]) => ({
      label: loadCandidates[name].title,
      value: median(done.map(of)),
      isOurs: loadCandidates[name].server === 'strict' || loadCandidates[name].server === 'relaxed',
    }))
  return [
    {
      ...{ name: 'server', title: 'Ten uploads at once, megabytes per second', digits: 0 },
      bars: bars(({ bytesPerSecond }) => bytesPerSecond / 1e6),
    },
    {
      ...{ name: 'server-cpu', title: 'Ten uploads at once, CPU seconds of the server per GiB', digits: 2 },
      bars: bars(({ serverCpuSeconds }) => (serverCpuSeconds * 1024 ** 3) / bytes),
    },
  ]
}

function reached(found: readonly Found[]): string {
  const ten = found.find(({ shape }) => shape.name === 'ten')
  const speeds = (name: LoadCandidateName | 'disk'): readonly number[] | undefined => {
    const done = name === 'disk' ? ten?.disk : ten?.runs.get(name)?.map(({ bytesPerSecond }) => bytesPerSecond)
    return done && done.length > 0 ? done : undefined
  }
  return aims
    .flatMap(({ ours, theirs, atLeast }) => {
      const [mine, other] = [speeds(ours), speeds(theirs)]
      if (!mine || !other) return []
      const is = ratio(mine, other)
      const word = is >= atLeast ? 'reached' : 'not reached'
      return [`- ten at once, \`${ours}\` against \`${theirs}\`: ${digits(is, 2)}, aim ${digits(atLeast, 2)}: ${word}`]
    })
    .join('\n')
}

function noise(found: readonly Found[]): string {
  const runs = found.flatMap(({ runs }) => [...runs.values()].flat())
  const bytes = found.flatMap(({ shape, runs }) =>
    [...runs.values()].flat().map(() => shape.size * shape.parallel * shape.each),
  )
  const perGib = median(runs.map(({ cpuSeconds }, index) => (cpuSeconds * 1024 ** 3) / (bytes[index] ?? NaN)))
  const others = median(runs.map(({ others }) => others))
  return `The process that sends took ${digits(perGib, 2)} CPU s/GiB of the same cores, something else ${digits(others * 100)} % of them.`
}

// Small files come by few megabytes.
const speedOf = (bytesPerSecond: number): string => digits(bytesPerSecond / 1e6, bytesPerSecond < 1e7 ? 1 : 0)

const speedsOf = (runs: readonly Run[]): readonly number[] => runs.map(({ bytesPerSecond }) => bytesPerSecond)
