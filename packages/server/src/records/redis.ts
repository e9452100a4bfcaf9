import { lockKey } from '../locks/redis-commands.ts'
import { sessionRecord } from '../record.ts'
import { UploadProblem } from '../problem.ts'
import { asking } from '../redis-ask.ts'
import type { RedisClient } from '../redis-client.ts'
import type { KeptRecord, SessionRecords } from './records.ts'
import { checkRevision, keyTaken } from './refusals.ts'

/** Options of {@link redisRecords}. */
export interface RedisRecordsOptions {
  /** A client of `ioredis`. Whose it is disconnects it. */
  readonly redis: RedisClient
  /** What the names of all keys begin with: `{chunkwise}:uploads:`. What is in braces keeps them on one node of a cluster. */
  readonly prefix?: string
}

// A repeat of the same change, whose answer was lost, is no other change; the same record over other bytes is.
const committing = `
local known = tonumber(redis.call('HGET', KEYS[1], 'revision') or '0')
local revision = tonumber(ARGV[1])
local same = known == revision and redis.call('HGET', KEYS[1], 'record') == ARGV[2]
if same and (ARGV[3] == '' or redis.call('HGET', KEYS[1], 'own') == ARGV[3]) then return 'done' end
if revision ~= known + 1 then return known end
if ARGV[5] ~= '' and redis.call('HGET', KEYS[3], 'token') ~= ARGV[5] then return 'fenced' end
if KEYS[4] then
  local holder = redis.call('GET', KEYS[4])
  if holder and holder ~= ARGV[4] then return 'taken' end
  redis.call('SET', KEYS[4], ARGV[4])
end
redis.call('HSET', KEYS[1], 'revision', revision, 'record', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'own', ARGV[3]) end
redis.call('PERSIST', KEYS[1])
redis.call('SADD', KEYS[2], ARGV[4])
return 'done'
`

// Each of these only if it is this session's.
const removing = `
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
for index = 3, #KEYS do
  if redis.call('GET', KEYS[index]) == ARGV[1] then redis.call('DEL', KEYS[index]) end
end
return 1
`

const releasing = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`

// Of a session that never comes to be, the count does not stay.
const numbering = `
local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
if redis.call('HEXISTS', KEYS[1], 'record') == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return number
`

const day = 86_400_000

/**
 * Records in Redis, for several nodes: each change is one step there, which looks at the revision, the key and the lock. What Redis has
 * acknowledged and loses in a crash (without `appendfsync always`) is known nowhere else: clients then go on from an earlier offset, or
 * begin again; no file is called whole that is not.
 *
 * @example
 * s3Store({ client, bucket: 'films', records: redisRecords({ redis: new Redis('redis://127.0.0.1') }) })
 */
export function redisRecords({ redis, prefix = '{chunkwise}:uploads:' }: RedisRecordsOptions): SessionRecords {
  const all = `${prefix}all`
  const sessionKey = (id: string): string => `${prefix}session:${id}`
  const pathKey = (path: string): string => `${prefix}path:${path}`
  const keyOf = (owner: string | undefined, key: string): string =>
    `${prefix}key:${JSON.stringify([owner ?? null, key])}`
  const ask = asking(redis)

  async function read(id: string): Promise<KeptRecord | undefined> {
    const [record, own] = textsIn(await ask('HMGET', sessionKey(id), 'record', 'own'))
    const parsed = record === undefined ? undefined : sessionRecord.safeParse(JSON.parse(record))
    return parsed?.success ? { record: parsed.data, own } : undefined
  }

  return {
    open: async () => void (await ask('PING')),
    // Whose client it is disconnects it.
    close: async () => {},
    read,
    async readKey(owner, key) {
      const id = await ask('GET', keyOf(owner, key))
      return typeof id === 'string' ? read(id) : undefined
    },
    async *list() {
      // It may come twice while others come and go.
      const seen = new Set<string>()
      let cursor = '0'
      do {
        const page = await ask('SSCAN', all, cursor, 'COUNT', 500)
        const answer: readonly unknown[] = Array.isArray(page) ? page : []
        const [next, ids] = answer
        for (const id of textsIn(ids)) {
          if (id === undefined || seen.has(id)) continue
          seen.add(id)
          const kept = await read(id)
          if (kept) yield kept
        }
        cursor = String(next)
      } while (cursor !== '0')
    },
    async commit(record, own = '') {
      const { id, revision, owner, key, fence = '' } = record
      const keys = [sessionKey(id), all, lockKey(prefix, id), ...(key === undefined ? [] : [keyOf(owner, key)])]
      const said = await ask('EVAL', committing, keys.length, ...keys, revision, JSON.stringify(record), own, id, fence)
      if (said === 'done') return
      if (said === 'taken') throw keyTaken()
      if (said === 'fenced')
        throw new UploadProblem('locked', 'Another node is at work on this upload', { retryAfter: 1 })
      checkRevision(record, Number(said))
    },
    async remove({ id, owner, key, complete }) {
      const keys = [sessionKey(id), all, pathKey(complete), ...(key === undefined ? [] : [keyOf(owner, key)])]
      await ask('EVAL', removing, keys.length, ...keys, id)
    },
    number: async (id) => Number(await ask('EVAL', numbering, 1, sessionKey(id), day)),
    async claim(id, path) {
      await ask('SET', pathKey(path), id, 'NX')
      return (await ask('GET', pathKey(path))) === id
    },
    isTaken: async (path) => (await ask('EXISTS', pathKey(path))) === 1,
    async release(id, path) {
      await ask('EVAL', releasing, 1, pathKey(path), id)
    },
  }
}

const textsIn = (answer: unknown): (string | undefined)[] =>
  Array.isArray(answer) ? answer.map((each: unknown) => (typeof each === 'string' ? each : undefined)) : []
