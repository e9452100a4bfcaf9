import { resolve } from 'node:path'
import { makeSparseFile } from '../../support/files.ts'
import { candidates } from '../candidates.ts'
import { mostInPart, watchHeap, type HeapGrowth } from '../heap.ts'
import type { Measurement } from '../measurement.ts'
import { pageCpuBetween, readPageCpu, type PageCpu } from '../page-cpu.ts'
import { median } from '../statistics.ts'
import { digits, inMiB, table } from '../table.ts'
import { loopTasks, mainThread, workByThread } from '../trace.ts'
import { uploadOnce, type Upload } from '../upload-once.ts'

const [MiB, GiB] = [1024 ** 2, 1024 ** 3]
const heapAim = 24 * MiB
const taskAimMs = 50
const quarters = 4

interface Round extends HeapGrowth {
  /** CPU time of the longest task of the page's own thread, in milliseconds. */
  readonly longestTaskMs: number
  readonly tasks: number
  readonly ms: number
  /** CPU seconds. */
  readonly cpu: PageCpu & { readonly browser: number; readonly server: number }
}

/** What an upload of ours costs the page: memory of JavaScript, tasks on its own thread, and CPU time. */
export const memory: Measurement = async (bench) => {
  const { browser, options } = bench
  const file = options.large ? await makeSparseFile(resolve(options.dir), 'sparse.bin', 5 * GiB) : bench.file
  const server = await bench.start(candidates.strict.server)
  const rounds: Round[] = []
  for (let round = 1; round <= options.rounds; round += 1) {
    await uploadOnce(
      bench,
      candidates.strict,
      server,
      async ({ page, devtools }, upload) => {
        await browser.startTracing(page, { categories: loopTasks })
        const uploads: { readonly sent: Upload; readonly cpu: PageCpu }[] = []
        const heap = await watchHeap(devtools, async () => {
          const before = await readPageCpu(browser)
          const sent = await upload()
          // Before the worker ends, which has nothing to do any more.
          uploads.push({ sent, cpu: pageCpuBetween(before, await readPageCpu(browser)) })
        })
        const threads = workByThread((await browser.stopTracing()).toString())
        const [done] = uploads
        if (!done) throw new Error('Cannot tell how long the upload took')
        const { ms, browserCpuSeconds, serverCpuSeconds } = done.sent
        const main = threads.filter(({ thread }) => thread === mainThread)
        const found: Round = {
          ...heap,
          ms,
          longestTaskMs: Math.max(...main.map(({ longestMs }) => longestMs)),
          tasks: main.reduce((sum, { tasks }) => sum + tasks, 0),
          cpu: { ...done.cpu, browser: browserCpuSeconds, server: serverCpuSeconds },
        }
        rounds.push(found)
        const worker = heap.worker === undefined ? 'unknown' : `${inMiB(heap.worker)} MiB`
        bench.say(
          `  round ${round}  page ${inMiB(heap.page)} MiB, worker ${worker}, longest task ${digits(found.longestTaskMs, 1)} ms, ` +
            `CPU ${digits(done.cpu.page, 2)} + ${digits(done.cpu.worker, 2)} of ${digits(browserCpuSeconds, 2)} s, ${digits(ms)} ms`,
        )
        return done.sent
      },
      file,
    )
  }

  const row = (
    title: string,
    of: (round: Round) => number | undefined,
    show: (value: number) => string,
    aim?: { readonly atMost: number } | { readonly below: number },
  ): string[] => {
    const values = rounds.flatMap((round) => of(round) ?? [])
    if (values.length === 0) return [title, '–', '–', '']
    const most = Math.max(...values)
    return [title, show(median(values)), show(most), aim ? told(most, aim, show) : '']
  }
  const perGib = (seconds: number): number => (seconds * GiB) / file.size
  const hundredths = (seconds: number): string => digits(seconds, 2)
  const rows = [
    row('growth of the page’s JS heap and buffers, MiB', ({ page }) => page, inMiB, { atMost: heapAim }),
    ...Array.from({ length: quarters }, (_, index) =>
      row(`– in quarter ${index + 1} of the upload’s time`, ({ curve }) => mostInPart(curve, index, quarters), inMiB),
    ),
    row('the same of the worker that hashes, MiB', ({ worker }) => worker, inMiB),
    row(
      'longest main-thread task by CPU time, ms',
      ({ longestTaskMs }) => longestTaskMs,
      (ms) => digits(ms, 1),
      {
        below: taskAimMs,
      },
    ),
    row('CPU s/GiB of the page’s own thread', ({ cpu }) => perGib(cpu.page), hundredths),
    row('CPU s/GiB of the worker that hashes', ({ cpu }) => perGib(cpu.worker), hundredths),
    row('CPU s/GiB of the whole browser, these included', ({ cpu }) => perGib(cpu.browser), hundredths),
    row('CPU s/GiB of the server', ({ cpu }) => perGib(cpu.server), hundredths),
  ]
  const what = options.large ? 'A sparse file of 5 GiB.' : `A file of ${inMiB(file.size)} MiB.`
  return { figures: rounds, summary: `${what}\n\n${table(['', 'median', 'most', 'aim'], rows)}` }
}

function told(
  most: number,
  aim: { readonly atMost: number } | { readonly below: number },
  show: (value: number) => string,
): string {
  const [sign, limit, isReached] =
    'below' in aim ? ['<', aim.below, most < aim.below] : ['≤', aim.atMost, most <= aim.atMost]
  return `${sign} ${show(limit)} ${isReached ? 'reached' : 'not reached'}`
}
