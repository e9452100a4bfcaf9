import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession } from 'playwright'

/** By how much memory grew at most, in bytes, garbage included. */
export interface HeapGrowth {
  /** What JavaScript of the page holds: its heap and its buffers. */
  readonly page: number
  /** The same of its worker; `undefined` if it never had one. */
  readonly worker: number | undefined
  /** How often it was looked. */
  readonly samples: number
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
  let [page, samples] = [0, 0]
  let over = false
  const done = work().finally(() => (over = true))
  while (!over) {
    page = Math.max(page, held(await devtools.send('Runtime.getHeapUsage')) - base)
    worker.ask()
    samples += 1
    await sleep(everyMs)
  }
  await done
  return { page, worker: worker.growth(), samples }
}

/** Playwright speaks to pages only, so what is for a worker goes through its page. */
async function watchWorker(devtools: CDPSession): Promise<{ ask(): void; growth(): number | undefined }> {
  let sessionId: string | undefined
  let [base, most]: (number | undefined)[] = []
  devtools.on('Target.attachedToTarget', (event) => {
    if (event.targetInfo.type === 'worker') sessionId ??= event.sessionId
  })
  devtools.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { result }: { result?: Partial<HeapUsage> } = JSON.parse(message)
    if (result?.usedSize === undefined || result.backingStorageSize === undefined) return
    const now = held({ usedSize: result.usedSize, backingStorageSize: result.backingStorageSize })
    base ??= now
    most = Math.max(most ?? 0, now - base)
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
    growth: () => most,
  }
}

const held = ({ usedSize, backingStorageSize }: HeapUsage): number => usedSize + backingStorageSize
