import type { RedisClient } from '../redis-client.ts'
import { videoRecord, type VideoRecord } from './record.ts'
import { matches, newestFirst, type VideoStore } from './store.ts'

/** Options of {@link redisVideos}. */
export interface RedisVideosOptions {
  readonly redis: RedisClient
  /** What the names of all keys begin with: `{chunkwise}:videos:`. What is in braces keeps them on one node of a cluster. */
  readonly prefix?: string
  /** How long what has failed, expired or was deleted is still known, in milliseconds: a week. */
  readonly keepMs?: number
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number
}

const week = 7 * 86_400_000

// Written only if its revision follows on what is there. Who is removed leaves all lists.
const writing = `
local known = redis.call('GET', KEYS[1])
local revision = 0
if known then revision = cjson.decode(known).revision end
if tonumber(ARGV[1]) ~= revision + 1 then return 0 end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
for index = 2, #KEYS do redis.call('ZADD', KEYS[index], ARGV[4], ARGV[5]) end
return 1
`
const removing = `
redis.call('DEL', KEYS[1])
for index = 2, #KEYS do redis.call('ZREM', KEYS[index], ARGV[1]) end
return 1
`

/**
 * Records in Redis, for gateways on several machines. A record's life in it grows with the video's progress: what is under way is known for
 * a week beyond its own expiry, what is ready for ever.
 *
 * @example
 * cloudflareStream({ accountId, apiToken, videos: redisVideos({ redis: new Redis('redis://127.0.0.1') }) })
 */
export function redisVideos({
  redis,
  prefix = '{chunkwise}:videos:',
  keepMs = week,
  now = Date.now,
}: RedisVideosOptions): VideoStore {
  const keyOf = (id: string): string => `${prefix}video:${id}`
  const all = `${prefix}all`
  const ownerList = (owner: string | null): string => `${prefix}owner:${JSON.stringify(owner)}`
  const uidList = (uid: string): string => `${prefix}uid:${uid}`
  const listsOf = ({ owner, uid, own }: VideoRecord): string[] => [
    ...[all, ownerList(owner ?? null), uidList(uid)],
    ...(own['clip'] ? [uidList(own['clip'])] : []),
  ]

  // Empty: for ever.
  function lifeOf({ state, expiresAt }: VideoRecord): number | '' {
    if (state === 'ready') return ''
    const isEnd = state === 'failed' || state === 'expired' || state === 'deleted'
    return isEnd ? keepMs : Math.max(0, expiresAt - now()) + week
  }

  const parsed = (text: unknown): VideoRecord | undefined => {
    if (typeof text !== 'string') return undefined
    const found = videoRecord.safeParse(JSON.parse(text))
    return found.success ? found.data : undefined
  }

  async function read(id: string): Promise<VideoRecord | undefined> {
    return parsed(await redis.call('GET', keyOf(id)))
  }

  return {
    open: async () => {},
    // Whose client it is closes it.
    close: async () => {},
    read,
    async list(query) {
      const { owner, uid } = query
      const list = uid === undefined ? (owner === undefined ? all : ownerList(owner)) : uidList(uid)
      const ids = textsIn(await redis.call('ZRANGE', list, 0, -1))
      if (ids.length === 0) return []
      const answers = await redis.call('MGET', ...ids.map(keyOf))
      const found = ids.map((_, index) => parsed(Array.isArray(answers) ? answers[index] : undefined))
      // Their lives have ended; the list does not know it.
      const ended = ids.filter((_, index) => found[index] === undefined)
      if (ended.length > 0) await redis.call('ZREM', list, ...ended)
      return found.flatMap((record) => (record && matches(record, query) ? [record] : [])).toSorted(newestFirst)
    },
    async write(record) {
      const keys = [keyOf(record.id), ...listsOf(record)]
      const { id, revision, createdAt } = record
      const values = [revision, JSON.stringify(record), lifeOf(record), createdAt, id]
      return (await redis.call('EVAL', writing, keys.length, ...keys, ...values)) === 1
    },
    async remove(id) {
      const record = await read(id)
      if (!record) return
      const keys = [keyOf(id), ...listsOf(record)]
      await redis.call('EVAL', removing, keys.length, ...keys, id)
    },
  }
}

const textsIn = (answer: unknown): string[] =>
  Array.isArray(answer) ? answer.filter((each): each is string => typeof each === 'string') : []
