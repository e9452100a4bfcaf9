import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { root } from '../run/command.ts'
import { startProgram, type Program } from '../peers/servers/program.ts'
import { startKeepingRedis } from './redis-server.ts'
import { startS3, type S3Server } from './s3-server.ts'

/** Several nodes over one S3 and one Redis, and a balancer before them that knows of no sessions. */
export interface Cluster {
  readonly s3: S3Server
  readonly redis: Program
  readonly nodes: readonly Program[]
  readonly bucket: string
  /** Where clients upload to: each connection goes to the next node. */
  readonly endpoint: string
  /** Of one node, past the balancer. */
  endpointOf(node: Program): string
  close(): Promise<void>
}

const path = '/api/uploads/'

export async function startCluster(count: number): Promise<Cluster> {
  const bucket = 'uploads'
  const [s3, redis] = await Promise.all([startS3(), startKeepingRedis()])
  await s3.createBucket(bucket)
  const env = {
    ...process.env,
    ...{ AWS_ACCESS_KEY_ID: s3.key.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.key.secretAccessKey },
    ...{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: s3.endpoint, REDIS_URL: `redis://127.0.0.1:${redis.port}` },
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
  // As it is published, and as docs/deploy.md starts it.
  const command = join(root, 'packages/server/dist/bin.js')
  const start = (): Promise<Program> =>
    startProgram(process.execPath, (port) => [command, '--store', `s3://${bucket}`, '--port', String(port)], { env })
  const nodes: Program[] = []
  for (let made = 0; made < count; made += 1) nodes.push(await start())
  const balancer = await balance(nodes.map(({ port }) => port))
  return {
    ...{ s3, redis, nodes, bucket, endpoint: `http://127.0.0.1:${balancer.port}${path}` },
    endpointOf: ({ port }) => `http://127.0.0.1:${port}${path}`,
    async close() {
      await balancer.close()
      await Promise.all(nodes.map((node) => node.close()))
      await Promise.all([s3.close(), redis.close()])
    },
  }
}

/** Passes each connection on to the next node that listens. */
async function balance(ports: readonly number[]): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  let turn = 0

  async function reach(): Promise<Socket | undefined> {
    for (let tried = 0; tried < ports.length; tried += 1) {
      const socket = connect(ports[turn++ % ports.length] ?? 0, '127.0.0.1')
      const listens = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      })
      if (listens) return socket
    }
    return undefined
  }

  const server = createServer({ pauseOnConnect: true }, (client) => {
    const both = (node: Socket | undefined): void => {
      if (!node) {
        client.resetAndDestroy()
        return
      }
      for (const [one, other] of [
        [client, node],
        [node, client],
      ] as const) {
        sockets.add(one)
        one
          .on('error', () => other.resetAndDestroy())
          .on('close', () => {
            sockets.delete(one)
            other.destroy()
          })
        one.pipe(other)
      }
    }
    client.on('error', () => {})
    reach().then(both, () => client.resetAndDestroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('The balancer has no port')
  const { port } = address
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
