import type { Program } from '../../peers/servers/program.ts'
import { startBalancer } from '../../storage/balancer.ts'
import type { SharedStorage } from '../../storage/shared-storage.ts'
import { readCoreTime } from '../core-time.ts'
import { peakOf, usageOfTree } from '../server/process-tree.ts'

/** Some nodes and the balancer before them. */
export interface Fleet {
  readonly nodes: readonly Program[]
  /** The first process of what balances; absent where nothing does. */
  readonly balancer?: number
  /** Where clients upload to. */
  readonly endpoint: string
  close(): Promise<void>
}

const path = '/api/uploads/'

/** Starts so many nodes over a storage, and nginx before them. */
export async function startFleet(storage: SharedStorage, count: number): Promise<Fleet> {
  const nodes = await Promise.all(Array.from({ length: count }, () => storage.startNode()))
  const balancer = await startBalancer(nodes.map(({ port }) => port))
  return {
    nodes,
    balancer: balancer.pid,
    endpoint: `http://127.0.0.1:${balancer.port}${path}`,
    async close() {
      await balancer.close()
      await Promise.all(nodes.map((node) => node.close()))
    },
  }
}

/** Where clients of one node upload to, with nothing before it. */
export const endpointOf = ({ port }: Program): string => `http://127.0.0.1:${port}${path}`

/** CPU seconds that each kind of process has used. */
export interface Shares {
  readonly nodes: number
  readonly s3: number
  readonly redis: number
  readonly balancer: number
  /** All cores together were busy so long, and there. */
  readonly busy: number
  readonly all: number
}

/** What of a fleet takes part in a run. */
export type Running = Pick<Fleet, 'nodes' | 'balancer'>

/** What has been used until now. */
export async function readShares({ s3, redis }: SharedStorage, { nodes, balancer }: Running): Promise<Shares> {
  const { busy, all } = readCoreTime()
  const seconds = async (pid: number | undefined): Promise<number> =>
    pid === undefined ? 0 : (await usageOfTree(pid)).cpuSeconds
  const pids = [s3, redis, ...nodes].map(({ pid }) => pid)
  const [ofBalancer, ofS3, ofRedis, ...ofNodes] = await Promise.all([balancer, ...pids].map(seconds))
  return {
    nodes: ofNodes.reduce((sum, each) => sum + each, 0),
    ...{ s3: ofS3 ?? 0, redis: ofRedis ?? 0, balancer: ofBalancer ?? 0, busy, all },
  }
}

/** What was used from one reading to the next. */
export const sharesBetween = (before: Shares, after: Shares): Shares => ({
  nodes: after.nodes - before.nodes,
  s3: after.s3 - before.s3,
  redis: after.redis - before.redis,
  balancer: after.balancer - before.balancer,
  busy: after.busy - before.busy,
  all: after.all - before.all,
})

/** Bytes of memory of the largest of some nodes, each at its highest until now. */
export const largestOf = async (nodes: readonly Program[]): Promise<number> =>
  Math.max(0, ...(await Promise.all(nodes.map(({ pid }) => peakOf(pid)))))
