import { appendFileSync } from 'node:fs'
import { createUploadHandler, memoryLocks, type Locks } from '@chunkwise/server'
import { diskStore, startServer } from '@chunkwise/server/node'
import type { Asked, ServerOptions, Told } from './server.ts'

// The server as a process of its own, so that it can really be killed: `server.ts` bundles it, starts it and asks it.

// Given by `server.ts`, as JSON.
const options = JSON.parse(process.argv[2] ?? '{}') as ServerOptions
const { dir, durability = 'strict', finished, idleMs, graceMs } = options

const locks = counted(memoryLocks())
const faults: string[] = []
// Descriptors that only the collector has closed, listeners that grow in number.
process.on('warning', ({ message }) => void faults.push(message))
const handler = createUploadHandler({
  store: diskStore({ dir, durability }),
  locks,
  onComplete: ({ session }) => {
    if (finished !== undefined) appendFileSync(finished, `${session.id}\n`)
  },
  onError: (error) => void faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
})
const running = await startServer({ handler, port: 0, ...(idleMs === undefined ? {} : { idleMs }) })

process.on('message', (asked: Asked) => {
  answer(asked).then(tell, (error: unknown) => tell({ error: String(error) }))
})
// Whoever started it is gone, and nobody else knows of it.
process.on('disconnect', () => process.exit())
process.once('SIGTERM', () => {
  void running.close(graceMs).then(() => process.exit())
})
tell({ port: running.port })

async function answer(asked: Asked): Promise<Told> {
  if (asked === 'sweep') return { swept: await handler.sweep() }
  // Twice, since what the first one frees may have held more.
  globalThis.gc?.()
  await new Promise((resolve) => setImmediate(resolve))
  globalThis.gc?.()
  return { heap: process.memoryUsage().heapUsed, locks: locks.held(), faults }
}

function tell(told: Told): void {
  process.send?.(told)
}

/** Locks that know how many are held or waited for. */
function counted(inner: Locks): Locks & { held(): number } {
  let held = 0
  return {
    ...inner,
    held: () => held,
    async acquire(id, request) {
      held += 1
      try {
        const lease = await inner.acquire(id, request)
        let free = false
        return {
          ...lease,
          release() {
            if (!free) held -= 1
            free = true
            lease.release()
          },
        }
      } catch (error) {
        held -= 1
        throw error
      }
    },
  }
}
