import { once } from 'node:events'
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { table } from '../table.ts'
import type { Step } from './steps.ts'

/** What a node asked of others for one step of an upload. */
export interface StepCalls {
  readonly title: string
  readonly requests: number
  /** Commands that it sent, each a round trip. */
  readonly redis: number
  /** Commands that scripts have run in Redis. */
  readonly inScripts: number
  /** Requests to S3: `PUT part`, by how often. */
  readonly s3: Readonly<Record<string, number>>
}

/** Counts what goes to S3, and passes it on. */
export interface CountingS3 {
  readonly endpoint: string
  /** What came since the last time. */
  take(): Record<string, number>
  close(): void
}

/** Stands before an S3. Signatures stay true, since nothing is changed on the way. */
export async function countS3(port: number): Promise<CountingS3> {
  let counted: Record<string, number> = {}
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const kind = kindOf(method, url)
    counted[kind] = (counted[kind] ?? 0) + 1
    const passing = ask({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passing.once('error', () => outgoing.destroy())
    incoming.pipe(passing)
  })
  // Who waits for leave to send its body has it.
  server.on('checkContinue', (incoming, outgoing) => {
    outgoing.writeContinue()
    delete incoming.headers.expect
    server.emit('request', incoming, outgoing)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A server that listens on a port has an address of this form.
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = counted
      counted = {}
      return taken
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export function kindOf(method: string, url: string): string {
  const { searchParams } = new URL(url, 'http://localhost')
  if (searchParams.has('partNumber')) return `${method} part`
  if (searchParams.has('uploads')) return `${method} begin`
  if (searchParams.has('uploadId')) return method === 'POST' ? 'POST complete' : `${method} upload`
  return method
}

// What follows on an answer, such as letting go of a lock, is of the same step.
const settleMs = 300

/** Takes the steps of an upload, and counts what each of them asks for. */
export async function countCalls(steps: readonly Step[], redisPort: number, s3: CountingS3): Promise<StepCalls[]> {
  const redis = new Redis(redisPort, '127.0.0.1')
  const monitor = await redis.monitor()
  let [sent, inScripts] = [0, 0]
  monitor.on('monitor', (_time: string, _args: string[], source: string) => {
    if (source === 'lua') inScripts += 1
    else sent += 1
  })
  try {
    const counted: StepCalls[] = []
    for (const { title, requests, run } of steps) {
      await sleep(settleMs)
      s3.take()
      sent = inScripts = 0
      await run()
      await sleep(settleMs)
      counted.push({ title, requests, redis: sent, inScripts, s3: s3.take() })
    }
    return counted
  } finally {
    monitor.disconnect()
    redis.disconnect()
  }
}

/** Written as a table, a row for each step of each dialect. */
export function callsTable(counted: Readonly<Record<string, readonly StepCalls[]>>): string {
  const rows = Object.entries(counted).flatMap(([dialect, steps]) =>
    steps.map(({ title, redis, inScripts, s3 }) => {
      const kinds = Object.entries(s3).map(([kind, count]) => `${count} ${kind}`)
      return [`${dialect}: ${title}`, String(redis), String(inScripts), kinds.join(', ')]
    }),
  )
  return table(['what a node asks of the others', 'calls of Redis', 'commands within', 'requests to S3'], rows)
}
