import { throttled, type Throttle, type ThrottleOptions } from '../throttle.ts'
import type { AskRedis } from '../redis-ask.ts'

// The times of what was let through lately, the oldest first: 0, or how many milliseconds to wait.
const counting = `
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local most, per = tonumber(ARGV[1]), tonumber(ARGV[2])
local first = redis.call('LINDEX', KEYS[1], 0)
while first and tonumber(first) <= now - per do
  redis.call('LPOP', KEYS[1])
  first = redis.call('LINDEX', KEYS[1], 0)
end
if redis.call('LLEN', KEYS[1]) < most then
  redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil(per))
  return 0
end
if not first then return 0 end
return math.ceil(tonumber(first) + per - now)
`

/** What a throttle in Redis needs. */
export interface RedisThrottleSettings {
  readonly ask: AskRedis
  /** What its keys begin with. */
  readonly prefix: string
  /** Absent: the clock of Redis. */
  readonly now: (() => number) | undefined
}

/** Counts requests in Redis, for all nodes. Who is silent for the time is forgotten. */
export function redisThrottle({ ask, prefix, now }: RedisThrottleSettings, options: ThrottleOptions): Throttle {
  const { requests, perMs } = options
  if (requests === Infinity) return async () => {}
  return async (who) => {
    const waitMs = await ask('EVAL', counting, 1, `${prefix}${who}`, requests, perMs, now?.() ?? '')
    if (typeof waitMs === 'number' && waitMs > 0) throw throttled(waitMs)
  }
}
