import type { Program } from '../peers/servers/program.ts'
import { startBalancer } from './balancer.ts'
import { startSharedStorage, type SharedStorage } from './shared-storage.ts'

/** Several nodes over one S3 and one Redis, and a balancer before them that knows of no sessions. */
export interface Cluster extends Pick<SharedStorage, 's3' | 'redis' | 'bucket'> {
  readonly nodes: readonly Program[]
  /** Where clients upload to: each request goes to the next node. */
  readonly endpoint: string
  /** Of one node, past the balancer. */
  endpointOf(node: Program): string
  close(): Promise<void>
}

const path = '/api/uploads/'

export async function startCluster(count: number): Promise<Cluster> {
  const storage = await startSharedStorage()
  const { s3, redis, bucket } = storage
  const nodes: Program[] = []
  for (let made = 0; made < count; made += 1) nodes.push(await storage.startNode())
  const balancer = await startBalancer(nodes.map(({ port }) => port))
  return {
    ...{ s3, redis, bucket, nodes, endpoint: `http://127.0.0.1:${balancer.port}${path}` },
    endpointOf: ({ port }) => `http://127.0.0.1:${port}${path}`,
    async close() {
      await balancer.close()
      await Promise.all(nodes.map((node) => node.close()))
      await storage.close()
    },
  }
}
