import { resolve } from 'node:path'
import type { CDPSession, JSHandle } from 'playwright'
import type { Bench, Visit } from '../bench.ts'
import type { Measurement } from '../measurement.ts'
import { addingMark, type Crowd } from '../page/many.ts'
import type { ManyClient } from '../page/page.ts'
import type { ServerProcess } from '../server/process.ts'
import { makeSmallFiles, verifyAndRemoveAll } from '../small-files.ts'
import { median, ratio } from '../statistics.ts'
import { digits, inMiB, table } from '../table.ts'
import { loopTasks, marks, pageTasks } from '../trace.ts'

const size = 10_000
// Fifty thousand uploads, and they take their time.
const mostRounds = 1
const addingAimMs = 200
const taskAimMs = 50
const fasterAim = 2
const MiB = 1024 ** 2
// What may be left of ten thousand uploads that are over, beside what the list holds of them from the start.
const heapAim = 8 * MiB

interface Times {
  /** What the browser took to tell the sizes of all files, which it finds out when first asked, in milliseconds. */
  readonly sizesMs: number
  /** CPU time of the task that added all files and asked the list, in milliseconds. */
  readonly addingMs: number
  /** CPU time of the longest other task of the page's own thread, in milliseconds. */
  readonly longestTaskMs: number
  readonly requests: number
  /** From adding to the client's word that the last one is finished, in milliseconds. */
  readonly ms: number
  /** What the page's heap held in the end, in bytes, beside what was there before. */
  readonly held: number
}

interface Weights {
  /** What the page's heap held once all were added, in bytes, beside what was there before. */
  readonly listed: number
  /** By how much it grew from there until the last of them had arrived. */
  readonly growth: number
}

interface Sender {
  readonly title: string
  readonly client: ManyClient
  readonly server: 'strict' | 'relaxed' | 'tus'
}

const ours: Sender = { title: 'Chunkwise, strict', client: 'chunkwise', server: 'strict' }
const uppy: Sender = { title: 'Uppy by default into @tus/server', client: 'uppy', server: 'tus' }
const others: readonly Sender[] = [
  { title: 'Chunkwise, relaxed', client: 'chunkwise', server: 'relaxed' },
  uppy,
  { title: 'tus-js-client, six at a time, into @tus/server', client: 'tus', server: 'tus' },
]

/** Many small files, added at once: by ours, and by those who upload them by tus. */
export const many: Measurement = async (bench) => {
  const { files: count } = bench.options
  const files = await makeSmallFiles(resolve(bench.options.dir), count, size)
  const servers = {
    strict: await bench.start('strict'),
    relaxed: await bench.start('relaxed'),
    tus: await bench.start('tus'),
  }
  const uploadAll = async <Found>(
    sender: Sender,
    measure: (visit: Visit, crowd: JSHandle<Crowd>, server: ServerProcess) => Promise<Found>,
  ): Promise<Found> => {
    const { client } = sender
    const server = servers[sender.server]
    const visit = await bench.visit(server, client, files.paths)
    try {
      const crowd = await visit.page.evaluateHandle(([kind, endpoint]) => window.bench.gather(kind, endpoint), [
        client,
        server.endpoint,
      ] as const)
      const found = await measure(visit, crowd, server)
      await verifyAndRemoveAll(server.dir, size, files)
      return found
    } finally {
      await visit.close()
    }
  }
  const timeAll = async (sender: Sender): Promise<Times> => {
    const times = await uploadAll(sender, (visit, crowd, server) => timed(bench, visit, crowd, server))
    const { addingMs, longestTaskMs, requests, ms } = times
    bench.say(
      `  ${sender.title}: adding ${digits(addingMs)} ms, longest task after it ${digits(longestTaskMs, 1)} ms, ` +
        `${digits(requests / count, 2)} requests per file, all in ${digits(ms / 1000, 1)} s`,
    )
    return times
  }

  const rounds: (Times & Weights)[] = []
  const theirs = new Map(others.map((sender): [Sender, Times[]] => [sender, []]))
  for (let number = 1; number <= Math.min(bench.options.rounds, mostRounds); number += 1) {
    const times = await timeAll(ours)
    for (const [sender, found] of theirs) found.push(await timeAll(sender))
    const weights = await uploadAll(ours, ({ devtools }, crowd) => weighed(devtools, crowd))
    bench.say(`  heap ${inMiB(weights.listed)} MiB and ${inMiB(weights.growth)} MiB more at the end`)
    rounds.push({ ...times, ...weights })
  }
  const row = (
    title: string,
    of: (round: Times & Weights) => number,
    show: (value: number) => string,
    aim?: number,
  ): string[] => {
    const values = rounds.map(of)
    const most = Math.max(...values)
    const reached = aim === undefined ? '' : `< ${show(aim)} ${most < aim ? 'reached' : 'not reached'}`
    return [title, show(median(values)), show(most), reached]
  }
  const rows = [
    row('before: until the browser has told all sizes, ms', ({ sizesMs }) => sizesMs, digits),
    row('CPU time until the list answers, ms', ({ addingMs }) => addingMs, digits, addingAimMs),
    row(
      'longest main-thread task by CPU time while they run, ms',
      ({ longestTaskMs }) => longestTaskMs,
      (ms) => digits(ms, 1),
      taskAimMs,
    ),
    row('the page’s JS heap for all of them, once added, MiB', ({ listed }) => listed, inMiB),
    row('its growth from there to the end, MiB', ({ growth }) => growth, inMiB, heapAim),
    row(
      'requests per file',
      (round) => round.requests / count,
      (each) => digits(each, 2),
    ),
    row(
      'from adding to the last one verified, s',
      ({ ms }) => ms / 1000,
      (s) => digits(s, 1),
    ),
  ]
  const compared = [
    compare(ours.title, rounds, rounds, count),
    ...[...theirs].map(([{ title }, found]) => compare(title, found, rounds, count)),
  ]
  const faster = ratio(msOf(theirs.get(uppy) ?? []), msOf(rounds))
  return {
    figures: { count, ours: rounds, others: [...theirs].map(([{ title }, found]) => ({ title, rounds: found })) },
    charts: [
      {
        name: 'many',
        title: `Files per second, ${count} of ${size} bytes`,
        digits: 0,
        bars: [[ours, rounds] as const, ...theirs].map(([{ title, client }, found]) => ({
          label: title,
          value: count / (median(msOf(found)) / 1000),
          isOurs: client === 'chunkwise',
        })),
      },
    ],
    summary: [
      `${count} files of ${size} bytes, ${rounds.length} round.`,
      table(['ours', 'median', 'most', 'aim'], rows),
      table(
        ['', 's', 'files/s', 'time ÷ ours', 'requests per file', 'longest task, ms', 'heap in the end, MiB'],
        compared,
      ),
      `Chunkwise is ${digits(faster, 2)} times as fast as Uppy, aim ${digits(fasterAim)}: ${faster >= fasterAim ? '' : 'not '}reached`,
    ].join('\n\n'),
  }
}

const msOf = (times: readonly Times[]): readonly number[] => times.map(({ ms }) => ms)

function compare(title: string, times: readonly Times[], ours: readonly Times[], count: number): string[] {
  const ms = median(msOf(times))
  return [
    title,
    digits(ms / 1000, 1),
    digits(count / (ms / 1000)),
    digits(ratio(msOf(times), msOf(ours)), 2),
    digits(median(times.map(({ requests }) => requests)) / count, 2),
    digits(Math.max(...times.map(({ longestTaskMs }) => longestTaskMs)), 1),
    inMiB(median(times.map(({ held }) => held))),
  ]
}

async function timed(
  bench: Bench,
  { page, devtools }: Visit,
  crowd: JSHandle<Crowd>,
  server: ServerProcess,
): Promise<Times> {
  const before = await requestsTo(server)
  const sizesMs = await crowd.evaluate((all) => all.askSizes())
  const held = await heldBy(devtools)
  await bench.browser.startTracing(page, { categories: [...loopTasks, marks] })
  const listed = await crowd.evaluate((all) => all.addAll())
  if (listed !== bench.options.files)
    throw new Error(`Expected ${bench.options.files} uploads in the list, got ${listed}`)
  const ms = await crowd.evaluate(({ done }) => done)
  const { markedMs, longestMs } = pageTasks((await bench.browser.stopTracing()).toString(), addingMark)
  if (markedMs === undefined) throw new Error('Cannot tell what adding took: the trace has no mark of it')
  const requests = (await requestsTo(server)) - before
  return { sizesMs, addingMs: markedMs, longestTaskMs: longestMs, requests, ms, held: (await heldBy(devtools)) - held }
}

const requestsTo = async (server: ServerProcess): Promise<number> => (await server.used()).requests ?? NaN

// Apart from the times, since looking for garbage takes the page's own thread.
async function weighed(devtools: CDPSession, crowd: JSHandle<Crowd>): Promise<Weights> {
  await crowd.evaluate((all) => all.askSizes())
  const before = await heldBy(devtools)
  await crowd.evaluate((all) => all.addAll())
  const listed = await heldBy(devtools)
  await crowd.evaluate(({ done }) => done)
  const after = await heldBy(devtools)
  return { listed: listed - before, growth: after - listed }
}

async function heldBy(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize + backingStorageSize
}
