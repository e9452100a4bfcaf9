import type { RedisClient } from '../redis-client.ts'
import { asking } from '../redis-ask.ts'
import type { Counting } from './counts.ts'
import { redisLedger } from './redis-ledger.ts'
import { redisThrottle } from './redis-throttle.ts'

/** Options of {@link redisCounts}. Only `redis` is needed. Times are milliseconds. */
export interface RedisCountsOptions {
  /** A client, like that of `ioredis`. Whose it is closes it. */
  readonly redis: RedisClient
  /** What the names of all keys begin with: `{chunkwise}:uploads:`. What is in braces keeps them on one node of a cluster. */
  readonly prefix?: string
  /**
   * How long what was reserved for an upload still counts after the node at work on it fell silent: 300 000. It is given back by
   * the sweep that comes next.
   */
  readonly abandonedMs?: number
  /** How long Redis may take: 5 000. */
  readonly timeoutMs?: number
  /** The clock, in milliseconds since 1970. Default: that of Redis, which is the same for all nodes. */
  readonly now?: () => number
}

/**
 * Counts limits and throttles in Redis, for several nodes over one store: what one of them takes, the others know at once. Give all of
 * them the same limits. Redis must not evict (`maxmemory-policy noeviction`); what it has lost is read from the records again by the next
 * sweep. All uploads together may take 2^53 bytes, which is 9 PB.
 *
 * While Redis cannot be reached, or takes too long, what must be counted is refused as `unavailable` (503, `Retry-After`), and
 * `onError` is told why.
 *
 * @throws TypeError for an option that is wrong, naming it.
 * @example
 * createUploadHandler({ store, limits: { ownerBytes: 50e9 }, counts: redisCounts({ redis: new Redis('redis://127.0.0.1') }) })
 */
export function redisCounts(options: RedisCountsOptions): Counting {
  const { redis, prefix = '{chunkwise}:uploads:', abandonedMs = 300_000, timeoutMs = 5000, now } = options
  for (const name of Object.keys(options))
    if (!['redis', 'prefix', 'abandonedMs', 'timeoutMs', 'now'].includes(name))
      throw new TypeError(`Unknown option ${name}`)
  if (typeof redis?.call !== 'function') throw new TypeError('Option redis: expected a client of Redis')
  if (typeof prefix !== 'string') throw new TypeError(`Option prefix: expected a text, got ${JSON.stringify(prefix)}`)
  for (const [name, value] of Object.entries({ abandonedMs, timeoutMs }))
    if (!(value > 0)) throw new TypeError(`Option ${name}: expected milliseconds above 0, got ${String(value)}`)
  return ({ onError }) => {
    const ask = asking(redis, timeoutMs, onError)
    return {
      ledger: redisLedger({ ask, prefix, abandonedMs, now }),
      throttle: (counted, throttle) => redisThrottle({ ask, prefix: `${prefix}rate:${counted}:`, now }, throttle),
    }
  }
}
