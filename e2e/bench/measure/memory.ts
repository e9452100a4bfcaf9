import { candidates } from '../candidates.ts'
import { watchHeap, type HeapGrowth } from '../heap.ts'
import type { Measurement } from '../measurement.ts'
import { median } from '../statistics.ts'
import { digits, inMiB, table } from '../table.ts'
import { loopTasks, mainThread, workByThread } from '../trace.ts'
import { uploadOnce, type Upload } from '../upload-once.ts'

const MiB = 1024 ** 2
// Two of the largest chunks that find their size by themselves, and 8 MiB.
const heapAim = 2 * 32 * MiB + 8 * MiB
const taskAimMs = 50

interface Round extends HeapGrowth {
  /** CPU time of the longest task of the page's own thread, in milliseconds. */
  readonly longestTaskMs: number
  readonly tasks: number
}

/** What an upload of ours costs the page: memory of JavaScript, and tasks on its own thread. */
export const memory: Measurement = async (bench) => {
  const { browser } = bench
  const server = await bench.start(candidates.strict.server)
  const rounds: Round[] = []
  for (let round = 1; round <= bench.options.rounds; round += 1) {
    await uploadOnce(bench, candidates.strict, server, async ({ page, devtools }, upload) => {
      await browser.startTracing(page, { categories: loopTasks })
      const uploads: Upload[] = []
      const heap = await watchHeap(devtools, async () => void uploads.push(await upload()))
      const threads = workByThread((await browser.stopTracing()).toString())
      const main = threads.filter(({ thread }) => thread === mainThread)
      const longestTaskMs = Math.max(...main.map(({ longestMs }) => longestMs))
      rounds.push({ ...heap, longestTaskMs, tasks: main.reduce((sum, { tasks }) => sum + tasks, 0) })
      const worker = heap.worker === undefined ? 'unknown' : `${inMiB(heap.worker)} MiB`
      bench.say(
        `  round ${round}  page ${inMiB(heap.page)} MiB, worker ${worker}, longest task ${digits(longestTaskMs, 1)} ms`,
      )
      const [sent] = uploads
      if (!sent) throw new Error('Cannot tell how long the upload took')
      return sent
    })
  }

  const row = (title: string, values: readonly number[], show: (value: number) => string, aim: number): string[] => {
    const most = Math.max(...values)
    return [
      title,
      show(median(values)),
      show(most),
      aim === Infinity ? '' : `< ${show(aim)} ${most < aim ? 'reached' : 'not reached'}`,
    ]
  }
  const workers = rounds.flatMap(({ worker }) => worker ?? [])
  const rows = [
    row(
      'growth of the page’s JS heap and buffers, MiB',
      rounds.map(({ page }) => page),
      inMiB,
      heapAim,
    ),
    ...(workers.length > 0 ? [row('the same of the worker that hashes, MiB', workers, inMiB, Infinity)] : []),
    row(
      'longest main-thread task by CPU time, ms',
      rounds.map(({ longestTaskMs }) => longestTaskMs),
      (ms) => digits(ms, 1),
      taskAimMs,
    ),
  ]
  return { figures: rounds, summary: table(['', 'median', 'most', 'aim'], rows) }
}
