import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { usageOfTree } from '../server/process-tree.ts'
import type { Program } from '../../peers/servers/program.ts'

/** What a Redis bears. */
export interface RedisSpeed {
  /** Small scripts in a second, one after the other from each of 50 connections. */
  readonly perSecond: number
  /** CPU seconds of Redis for each million of them. */
  readonly cpuSeconds: number
}

const count = 100_000
// Two looks and a change, about what a step of ours is.
const script =
  "redis.call('HGET', KEYS[1], 'a') redis.call('HSET', KEYS[1], 'b', ARGV[1]) return redis.call('HGET', KEYS[1], 'b')"

/** Measures it by redis-benchmark, on the same cores. */
export async function redisSpeed({ port, pid }: Program): Promise<RedisSpeed> {
  const before = await usageOfTree(pid)
  const asked = ['EVAL', script, '1', 'bench:__rand_int__', 'x'.repeat(500)]
  const { stdout } = await promisify(execFile)('redis-benchmark', [
    ...['-p', String(port), '-n', String(count), '-r', '1000', '-c', '50', '--csv', ...asked],
  ])
  const perSecond = Number(/^".*?","(?<rps>[\d.]+)"/m.exec(stdout.split('\n').at(1) ?? '')?.groups?.['rps'])
  const cpuSeconds = (((await usageOfTree(pid)).cpuSeconds - before.cpuSeconds) * 1e6) / count
  return { perSecond, cpuSeconds }
}
