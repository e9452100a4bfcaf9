import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession } from 'playwright'

/** By how much memory grew at most, in bytes, garbage included. */
export interface HeapGrowth {
  /** What JavaScript of the page holds: its heap and its buffers. */
  readonly page: number
  /** The same of its worker; `undefined` if it never had one. */
  readonly worker: number | undefined
  /** Each time it was looked. */
  readonly curve: readonly HeapSample[]
}

/** Growth at one time, in bytes; the worker's is `undefined` before and after it lives. */
export interface HeapSample {
  /** Milliseconds since the work began. */
  readonly ms: number
  readonly page: number
  readonly worker: number | undefined
}

/** What the page's growth was at most in one of several equal parts of the time, counted from 0: a heap that fills slowly shows in the last. */
export function mostInPart(curve: readonly HeapSample[], part: number, parts: number): number | undefined {
  const length = curve.at(-1)?.ms ?? 0
  const isIn = ({ ms }: HeapSample): boolean => Math.min(parts - 1, Math.floor((ms / length) * parts)) === part
  return mostOf(curve.filter(isIn).map(({ page }) => page))
}

interface HeapUsage {
  readonly usedSize: number
  readonly backingStorageSize: number
}

const everyMs = 50

/** Watches the heaps of a page and its worker, from now until the work is done. */
export async function watchHeap(devtools: CDPSession, work: () => Promise<void>): Promise<HeapGrowth> {
  const worker = await watchWorker(devtools)
  await devtools.send('HeapProfiler.collectGarbage')
  const base = held(await devtools.send('Runtime.getHeapUsage'))
  const curve: HeapSample[] = []
  const began = performance.now()
  let over = false
  const done = work().finally(() => (over = true))
  while (!over) {
    const page = held(await devtools.send('Runtime.getHeapUsage')) - base
    curve.push({ ms: performance.now() - began, page, worker: worker.latest() })
    worker.ask()
    await sleep(everyMs)
  }
  await done
  return { page: mostOf(curve.map(({ page }) => page)) ?? 0, worker: worker.most(), curve }
}

/** The largest of some growths, never below 0; `undefined` where there are none. */
function mostOf(growths: readonly (number | undefined)[]): number | undefined {
  const known = growths.filter((growth) => growth !== undefined)
  return known.length > 0 ? Math.max(0, ...known) : undefined
}

interface WorkerHeap {
  ask(): void
  /** Growth as it was told last. */
  latest(): number | undefined
  most(): number | undefined
}

/** Playwright speaks to pages only, so what is for a worker goes through its page. */
async function watchWorker(devtools: CDPSession): Promise<WorkerHeap> {
  let sessionId: string | undefined
  let [base, latest, most]: (number | undefined)[] = []
  devtools.on('Target.attachedToTarget', (event) => {
    if (event.targetInfo.type === 'worker') sessionId ??= event.sessionId
  })
  devtools.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { result }: { result?: Partial<HeapUsage> } = JSON.parse(message)
    if (result?.usedSize === undefined || result.backingStorageSize === undefined) return
    const now = held({ usedSize: result.usedSize, backingStorageSize: result.backingStorageSize })
    base ??= now
    latest = now - base
    most = Math.max(most ?? 0, latest)
  })
  await devtools.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  let id = 0
  return {
    ask() {
      if (sessionId === undefined) return
      const message = JSON.stringify({ id: (id += 1), method: 'Runtime.getHeapUsage' })
      // A worker that has just ended is asked in vain.
      devtools.send('Target.sendMessageToTarget', { sessionId, message }).catch(() => {})
    },
    latest: () => latest,
    most: () => most,
  }
}

const held = ({ usedSize, backingStorageSize }: HeapUsage): number => usedSize + backingStorageSize
