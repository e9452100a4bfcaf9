import { resolve } from 'node:path'
import type { CDPSession, JSHandle, Page } from 'playwright'
import type { Bench, Visit } from '../bench.ts'
import { candidates } from '../candidates.ts'
import type { Measurement } from '../measurement.ts'
import { addingMark, type Crowd } from '../page/many.ts'
import { uploadsPath } from '../server/address.ts'
import { makeSmallFiles, verifyAndRemoveAll } from '../small-files.ts'
import { median } from '../statistics.ts'
import { digits, inMiB, table } from '../table.ts'
import { loopTasks, marks, pageTasks } from '../trace.ts'

const count = 10_000
const size = 10_000
// Twenty thousand uploads, and they take their time.
const mostRounds = 1
const addingAimMs = 200
const taskAimMs = 50
const MiB = 1024 ** 2
// What may be left of ten thousand uploads that are over, beside what the list holds of them from the start.
const heapAim = 8 * MiB

interface Round {
  /** What the browser took to tell the sizes of all files, which it finds out when first asked, in milliseconds. */
  readonly sizesMs: number
  /** CPU time of the task that added all files and asked the list, in milliseconds. */
  readonly addingMs: number
  /** CPU time of the longest other task of the page's own thread, in milliseconds. */
  readonly longestTaskMs: number
  /** What the page's heap held once all were added, in bytes, beside what was there before. */
  readonly listed: number
  /** By how much it grew from there until the last of them had arrived. */
  readonly growth: number
  readonly requests: number
  /** From adding to the last one verified, in milliseconds. */
  readonly ms: number
}

/** Ten thousand small files, added at once. */
export const many: Measurement = async (bench) => {
  let requests = 0
  const server = await bench.start(candidates.strict.server, { onAnswered: () => void (requests += 1) })
  const files = await makeSmallFiles(resolve(bench.options.dir), count, size)
  const rounds: Round[] = []
  const uploadAll = async <Found>(
    measure: (visit: Visit, crowd: JSHandle<Crowd>) => Promise<Found>,
  ): Promise<Found> => {
    const visit = await bench.visit(server, 'chunkwise', files.paths)
    try {
      const crowd = await visit.page.evaluateHandle((endpoint) => window.bench.gather(endpoint), uploadsPath)
      const found = await measure(visit, crowd)
      await verifyAndRemoveAll(server.dir, size, files)
      return found
    } finally {
      await visit.close()
    }
  }
  for (let number = 1; number <= Math.min(bench.options.rounds, mostRounds); number += 1) {
    requests = 0
    const times = await uploadAll(({ page }, crowd) => timed(bench, page, crowd))
    const asked = requests
    const weights = await uploadAll(({ devtools }, crowd) => weighed(devtools, crowd))
    const round = { ...times, ...weights, requests: asked }
    rounds.push(round)
    bench.say(
      `  round ${number}  adding ${digits(round.addingMs)} ms, longest task after it ${digits(round.longestTaskMs, 1)} ms, ` +
        `heap ${inMiB(round.listed)} MiB and ${inMiB(round.growth)} MiB more at the end, ` +
        `${digits(round.requests / count, 2)} requests per file, all in ${digits(round.ms / 1000, 1)} s`,
    )
  }
  const row = (
    title: string,
    of: (round: Round) => number,
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
  const setting = `${count} files of ${size} bytes, ${rounds.length} round.`
  return { figures: rounds, summary: [setting, table(['', 'median', 'most', 'aim'], rows)].join('\n\n') }
}

type Times = Pick<Round, 'sizesMs' | 'addingMs' | 'longestTaskMs' | 'requests' | 'ms'>
type Weights = Pick<Round, 'listed' | 'growth'>

async function timed(bench: Bench, page: Page, crowd: JSHandle<Crowd>): Promise<Omit<Times, 'requests'>> {
  const sizesMs = await crowd.evaluate((all) => all.askSizes())
  await bench.browser.startTracing(page, { categories: [...loopTasks, marks] })
  const listed = await crowd.evaluate((all) => all.addAll())
  if (listed !== count) throw new Error(`Expected ${count} uploads in the list, got ${listed}`)
  const ms = await crowd.evaluate(({ done }) => done)
  const { markedMs, longestMs } = pageTasks((await bench.browser.stopTracing()).toString(), addingMark)
  if (markedMs === undefined) throw new Error('Cannot tell what adding took: the trace has no mark of it')
  return { sizesMs, addingMs: markedMs, longestTaskMs: longestMs, ms }
}

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
