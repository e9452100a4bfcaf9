import type { LockPurpose } from '../lock.ts'
import type { RedisClient } from '../redis-client.ts'
import { sayFree, sayLetGo, saySettle } from './redis-messages.ts'

/** The key of a session's lock: a hash, whose field `token` is the fence of who holds it. There is none while nobody does. */
export const lockKey = (prefix: string, id: string): string => `${prefix}lock:${id}`

// One counter numbers the holds and those who wait for them. A hold is known by a name of its own as well: a counter that Redis has lost
// begins anew, and whoever got no answer knows no token. `asked` says since when the holder wants it, `wanted` that somebody waits for it.
const taking = `
local held = redis.call('HMGET', KEYS[1], 'hold', 'token', 'asked')
-- Sent again by a client that lost the answer.
if held[1] == ARGV[1] then return {held[2], held[3], held[3]} end
local asked = tonumber(ARGV[4])
if not held[1] then
  local number = redis.call('INCR', KEYS[2])
  if asked == 0 then asked = number end
  local token = number .. '-' .. ARGV[1]
  redis.call('HSET', KEYS[1], 'hold', ARGV[1], 'token', token, 'purpose', ARGV[2], 'asked', asked)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return {token, asked, asked}
end
if ARGV[5] == '' then return {'', asked, held[3]} end
if asked == 0 then asked = redis.call('INCR', KEYS[2]) end
local newest = asked
-- A writer that came later, but found it free, does not pass by one who waits to finish.
if ARGV[2] == 'finish' then newest = math.max(asked, tonumber(held[3]) + 1) end
redis.call('HSET', KEYS[1], 'wanted', 1)
redis.call('PUBLISH', ARGV[5], ${sayLetGo('newest', 'ARGV[6]')})
return {'', asked, held[3]}
`
const renewing = `
if redis.call('HGET', KEYS[1], 'hold') ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`
const releasing = `
local held = redis.call('HMGET', KEYS[1], 'hold', 'wanted')
if held[1] ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if held[2] then redis.call('PUBLISH', ARGV[2], ${sayFree('ARGV[3]')}) end
return 1
`
const settling = `
local held = redis.call('HMGET', KEYS[1], 'token', 'purpose')
if held[2] ~= 'append' then return '' end
redis.call('HSET', KEYS[1], 'wanted', 1)
redis.call('PUBLISH', ARGV[1], ${saySettle('ARGV[2]', 'ARGV[3]')})
return held[1]
`

/** One try to take a lock. */
export interface Try {
  /** Names the hold it is to be: no other try for another one has it. */
  readonly hold: string
  readonly purpose: LockPurpose
  /** Its number among all who ask; 0: it has none yet. */
  readonly asked: number
  /** Whether an older holder is asked to let go. */
  readonly asks: boolean
}

/** What came of it: a token if it was taken. */
export interface Tried {
  readonly token: string | undefined
  readonly asked: number
  /** The number of who holds it. */
  readonly holder: number
}

/** What is asked of Redis. Nothing here waits for a lock; how long Redis may take is up to the client. */
export interface LockCommands {
  take(id: string, wanted: Try): Promise<Tried>
  /** Whether it is still held. */
  renew(id: string, hold: string): Promise<boolean>
  release(id: string, hold: string): Promise<void>
  /** Asks a writer to end, within `busyMs` at the latest. Says its token; `undefined` if none is at work. */
  settle(id: string, busyMs: number): Promise<string | undefined>
  /** The next number, for somebody who waits without having tried. */
  number(): Promise<number>
}

export function lockCommands(redis: RedisClient, prefix: string, channel: string, ttlMs: number): LockCommands {
  const counter = `${prefix}lock-counter`
  const key = (id: string): string => lockKey(prefix, id)
  return {
    async take(id, { hold, purpose, asked, asks }) {
      const values = [hold, purpose, ttlMs, asked, asks ? channel : '', id]
      const answer = await redis.call('EVAL', taking, 2, key(id), counter, ...values)
      const parts: readonly unknown[] = Array.isArray(answer) ? answer : []
      const [token, number, holder] = parts
      return { token: tokenIn(token), asked: Number(number), holder: Number(holder) }
    },
    renew: async (id, hold) => Number(await redis.call('EVAL', renewing, 1, key(id), hold, ttlMs)) === 1,
    release: async (id, hold) => void (await redis.call('EVAL', releasing, 1, key(id), hold, channel, id)),
    async settle(id, busyMs) {
      return tokenIn(await redis.call('EVAL', settling, 1, key(id), channel, busyMs, id))
    },
    number: async () => Number(await redis.call('INCR', counter)),
  }
}

const tokenIn = (answer: unknown): string | undefined =>
  typeof answer === 'string' && answer !== '' ? answer : undefined
