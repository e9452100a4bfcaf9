import { isProblem, UploadProblem } from '../problem.ts'
import { memoryLocks } from '../lock.ts'
import { createThrottle } from '../throttle.ts'
import { createChanges, dueAt } from './changes.ts'
import type { GatewayHooks } from './hooks.ts'
import type { VideoHost } from './host.ts'
import { createTurns } from './turns.ts'
import { announcedSize, checkPending, rebuildMetadata, type Policy } from './policy.ts'
import { isOver, isPending, later, type VideoRecord, type VideoState } from './record.ts'
import { createRecords } from './records.ts'
import type { VideoQuery, VideoStore } from './store.ts'
import { tellHooks } from './tell-hooks.ts'

/** What the work on videos needs. */
export interface VideoSettings {
  readonly host: VideoHost
  readonly videos: VideoStore
  readonly policy: Policy
  readonly hooks: GatewayHooks
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** The videos of one host: what can be done with them, whoever asks. */
export interface Videos {
  create(request: Request, owner: string | undefined): Promise<VideoRecord>
  /** Throws `not-found` for an id that is not there, or whose video is another owner's. */
  find(id: string, owner: string | undefined): Promise<VideoRecord>
  list(query: VideoQuery): Promise<readonly VideoRecord[]>
  /** The record with where the bytes stand, asked of the host. */
  offset(record: VideoRecord, signal?: AbortSignal): Promise<VideoRecord>
  append(
    record: VideoRecord,
    chunk: { offset: number; length: number; stream: ReadableStream<Uint8Array> },
    signal: AbortSignal,
  ): Promise<VideoRecord>
  finalize(record: VideoRecord, request: Request): Promise<VideoRecord>
  /** The record, after the host was asked if what is known is old. */
  refresh(record: VideoRecord): Promise<VideoRecord>
  remove(record: VideoRecord): Promise<VideoRecord>
  heard(request: Request): Promise<void>
  /** Asks after all that is due, and drops what has expired. Resolves to how many records have changed. */
  follow(): Promise<number>
}

/** What was asked so lately is not asked again, in milliseconds. */
const freshMs = 3_000
export function createVideos({ host, videos, policy, hooks, now, onError }: VideoSettings): Videos {
  const locks = memoryLocks()
  const creations = createThrottle({ requests: policy.creationsPerMinute, perMs: 60_000 }, now)
  const asking = new Map<string, Promise<VideoRecord>>()
  const inTurn = createTurns()
  const { expiry, moved, stood } = createChanges(host.way, policy)
  const { change, once } = createRecords(videos, now, (before, record) => tellHooks(hooks, before, record, onError))

  async function ask(record: VideoRecord): Promise<VideoRecord> {
    const standing = await host.standing(record)
    const { creator, further } = standing
    if (creator !== undefined && creator !== (record.own['creator'] ?? ''))
      throw new UploadProblem('not-found', 'Not found.')
    if (!further) return change(record.id, (current) => stood(current, standing, now()))
    const done = await once(record.id, async (_, again) => {
      const then = await further(again)
      return (current) => stood(current, then, now())
    })
    return done ?? record
  }

  // One question at a time: a host may act on what it learns, and must not do so twice.
  function askOnce(record: VideoRecord): Promise<VideoRecord> {
    const known = asking.get(record.id)
    if (known) return known
    const answer = ask(record).finally(() => asking.delete(record.id))
    asking.set(record.id, answer)
    return answer
  }

  async function stands(record: VideoRecord, signal?: AbortSignal): Promise<VideoRecord> {
    if (!host.offset) throw new UploadProblem('method-not-allowed', 'The bytes of this upload go to the host itself')
    if (!isPending(record) && record.state !== 'uploaded') return record
    // It was whole when somebody began to make a video of it, and the host may have nothing more under its address.
    if (record.claimedUntil !== undefined) return record
    const offset = await host.offset(record, signal)
    return offset === record.offset ? record : change(record.id, (current) => moved(current, offset, now()))
  }

  async function dropAs(record: VideoRecord, state: VideoState, error?: string): Promise<VideoRecord> {
    if (isBegun(record)) await host.remove(record)
    return change(record.id, () => ({ state, error, playable: false }))
  }

  return {
    async create(request, owner) {
      const size = announcedSize(request.headers, policy)
      const metadata = rebuildMetadata(request.headers.get('Upload-Metadata'), policy)
      await creations(owner ?? '')
      const wish = (await hooks.beforeCreate?.({ request, owner, size, metadata })) ?? {}
      const { maxSeconds = Infinity } = policy
      const seconds = Math.min(maxSeconds, wish.maxSeconds ?? Infinity)
      const at = now()
      const creation = {
        ...{ request, size, metadata, owner, expiresAt: at + policy.expiryMs },
        title: wish.title ?? metadata['name'] ?? metadata['filename'] ?? 'video',
        seconds: Number.isFinite(seconds) ? seconds : undefined,
      }
      host.check?.(creation)
      const reserved: VideoRecord = {
        ...{ id: crypto.randomUUID().replaceAll('-', ''), revision: 1, host: host.name, owner, state: 'created' },
        ...{ size, offset: 0, metadata, uid: '', place: '', own: { title: creation.title } },
        ...{ percent: 0, playable: false, seconds: creation.seconds },
        ...{ createdAt: at, touchedAt: at, expiresAt: expiry(at, at), askedAt: at, asked: 0 },
      }
      await reserve(reserved)
      let record: VideoRecord
      try {
        const { uid, place, own } = await host.create(creation)
        record = await change(reserved.id, (current) => ({ uid, place, own: { ...current.own, ...own } }))
      } catch (error) {
        await videos.remove(reserved.id)
        throw error
      }
      try {
        await hooks.afterCreate?.(record)
      } catch (error) {
        await dropAs(record, 'deleted')
        throw error
      }
      return record
    },

    async find(id, owner) {
      const record = await videos.read(id)
      if (record && record.owner === owner && record.state !== 'deleted') return record
      throw new UploadProblem('not-found', 'Not found.')
    },

    list: async (query) => (await videos.list(query)).filter(isBegun),

    offset: stands,

    async append(record, { offset, length, stream }, signal) {
      if (!host.append) throw new UploadProblem('method-not-allowed', 'The bytes of this upload go to the host itself')
      if (isOver(record) || record.own['video']) throw new UploadProblem('completed', 'Upload is already complete')
      if (offset + length > record.size)
        throw new UploadProblem('malformed', `End of chunk exceeds reported total (${record.size} bytes)`, {
          about: 'length',
        })
      const lease = await locks.acquire(record.id, { purpose: 'append', signal })
      try {
        const over = AbortSignal.any([signal, lease.signal])
        const reached = await host.append(record, { offset, length, stream, signal: over })
        return await change(record.id, (current) => moved(current, reached, now()))
      } finally {
        lease.release()
      }
    },

    async finalize(record, request) {
      if (record.state === 'processing' || record.state === 'ready') return record
      if (isOver(record)) throw new UploadProblem('gone', 'Upload has ended')
      const lease = await locks.acquire(record.id, { purpose: 'finish' })
      try {
        const current = (await videos.read(record.id)) ?? record
        if (current.own['video']) return current
        if (host.offset) {
          const { offset, size } = await stands(current)
          if (offset !== size) throw new UploadProblem('offset-mismatch', 'The upload is not whole', { offset })
        }
        await hooks.beforeFinalize?.(current, request)
        const { finalize } = host
        if (!finalize) return await judged(await askOnce(current))
        const made = await once(current.id, async (claimed, again) => {
          const { own } = await finalize(claimed, again)
          return (latest) => ({
            ...moved(latest, latest.size, now()),
            ...{ state: later(latest.state, 'processing'), own: { ...latest.own, ...own }, askedAt: now(), asked: 0 },
          })
        })
        if (made) return made
        throw new UploadProblem('locked', 'Another request finishes this upload', { retryAfter: 1 })
      } finally {
        lease.release()
      }
    },

    async refresh(record) {
      if (isOver(record) || now() - record.askedAt < freshMs) return record
      return askOnce(record).catch((error: unknown) => {
        // What is known is better than nothing while the host is away.
        if (isProblem(error, 'unavailable', 'too-many-requests')) return record
        throw error
      })
    },

    remove: (record) => dropAs(record, 'deleted'),

    async heard(request) {
      if (!host.heard) throw new UploadProblem('not-found', 'Not found.')
      const { uid, standing } = await host.heard(request, now())
      const [record] = await videos.list({ uid })
      // Only of what was made here; anything else in the account is none of our business.
      if (!record || record.host !== host.name) return
      // What it brings is old already: what follows from it may have to be done, and is judged by what the host says now.
      await askOnce(record).catch((error: unknown) => {
        if (!isProblem(error, 'unavailable', 'too-many-requests')) throw error
        return change(record.id, (current) =>
          stood(current, record.own['clip'] ? { ...standing, state: 'processing' } : standing, now()),
        )
      })
    },

    async follow() {
      const open = await videos.list({ states: ['created', 'uploading', 'uploaded', 'processing'] })
      let changed = 0
      for (const record of open.filter(({ host: name }) => name === host.name)) {
        const at = now()
        const expired = isPending(record) && record.expiresAt <= at
        if (!expired && dueAt(record) > at) continue
        try {
          // Where the bytes go past us, only the host knows whether they have come.
          const ours = !isBegun(record) || (host.way === 'proxied' && isPending(record))
          const known = ours ? record : await askOnce(record)
          if (known.revision > record.revision) changed += 1
          if (!expired || !isPending(known)) continue
          await dropAs(known, 'expired')
          changed += 1
        } catch (error) {
          onError(error)
        }
      }
      return changed
    },
  }

  /**
   * Counts an upload before the host is asked for it, so that creations at once, here or on other machines, do not each find room for one.
   * What was reserved by a process that died expires.
   */
  async function reserve(record: VideoRecord): Promise<void> {
    const { owner = null } = record
    await inTurn(String(owner), async () => {
      await videos.write(record)
      try {
        const all = await videos.list({ owner })
        checkPending(
          all.filter(({ id }) => id !== record.id),
          record.size,
          policy,
        )
      } catch (error) {
        await videos.remove(record.id)
        throw error
      }
    })
  }

  /** What a finish of a direct upload finds: it must be whole, and no more than was allowed. */
  async function judged(record: VideoRecord): Promise<VideoRecord> {
    if (isPending(record)) throw new UploadProblem('offset-mismatch', 'The upload is not whole')
    const { maxSeconds = Infinity } = policy
    if ((record.asset?.duration ?? 0) <= maxSeconds) return record
    await dropAs(record, 'failed', 'too-long')
    throw new UploadProblem('too-large', `The video lasts longer than the limit (${maxSeconds} seconds)`)
  }
}

const isBegun = ({ uid }: VideoRecord): boolean => uid !== ''
