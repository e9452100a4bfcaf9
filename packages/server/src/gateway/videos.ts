import { isProblem, UploadProblem } from '../problem.ts'
import { memoryLocks } from '../lock.ts'
import { createThrottle } from '../throttle.ts'
import type { GatewayHooks } from './hooks.ts'
import type { Standing, VideoHost } from './host.ts'
import { announcedSize, checkPending, rebuildMetadata, type Policy } from './policy.ts'
import { isOver, isPending, later, type VideoRecord, type VideoState } from './record.ts'
import type { VideoQuery, VideoStore } from './store.ts'

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
/** The first pause between two questions, and the longest, in milliseconds. */
const pauses = { first: 5_000, most: 5 * 60_000 }

/** When a host is to be asked after a video again, in milliseconds since 1970: with pauses that grow until it gets on. */
const dueAt = ({ askedAt, asked }: Pick<VideoRecord, 'askedAt' | 'asked'>): number =>
  askedAt + Math.min(pauses.most, pauses.first * 2 ** Math.min(asked, 16))

export function createVideos({ host, videos, policy, hooks, now, onError }: VideoSettings): Videos {
  const locks = memoryLocks()
  const creations = createThrottle({ requests: policy.creationsPerMinute, perMs: 60_000 }, now)
  const asking = new Map<string, Promise<VideoRecord>>()

  /** Changes a record as it then is, whoever else changes it. */
  async function change(id: string, next: (record: VideoRecord) => Partial<VideoRecord>): Promise<VideoRecord> {
    for (;;) {
      const record = await videos.read(id)
      if (!record) throw new UploadProblem('not-found', 'Not found.')
      const changed = { ...record, ...next(record), revision: record.revision + 1 }
      if (await videos.write(changed)) {
        await tell(record, changed)
        return changed
      }
    }
  }

  // A hook that fails is the app's business: what has happened has happened.
  async function tell({ state: before }: VideoRecord, record: VideoRecord): Promise<void> {
    const { state } = record
    if (state === before) return
    const wholeNow =
      isPending({ state: before }) && (['uploaded', 'processing', 'ready'] as VideoState[]).includes(state)
    const tellers = [
      wholeNow ? hooks.onUploaded : undefined,
      state === 'ready' ? hooks.onReady : undefined,
      state === 'failed' ? hooks.onFailed : undefined,
      state === 'deleted' ? hooks.onDeleted : undefined,
    ]
    for (const teller of tellers) {
      try {
        await teller?.(record)
      } catch (error) {
        onError(error)
      }
    }
  }

  // Lifetimes grow with progress, and end all the same. Bytes that go past us look like none at all: what sends them is not idle.
  const expiry = (createdAt: number, touchedAt: number): number =>
    Math.min(createdAt + policy.expiryMs, host.way === 'proxied' ? touchedAt + policy.idleMs : Infinity)

  const moved = (record: VideoRecord, offset: number): Partial<VideoRecord> => {
    if (offset <= record.offset) return { offset }
    const at = now()
    const state = later(record.state, offset === record.size ? 'uploaded' : 'uploading')
    return { offset, state, touchedAt: at, expiresAt: expiry(record.createdAt, at) }
  }

  const stood = (record: VideoRecord, standing: Standing): Partial<VideoRecord> => {
    const { percent, playable, error, asset, own } = standing
    const state = later(record.state, standing.state)
    const at = now()
    const got = state !== record.state || percent > record.percent
    return {
      state,
      ...(isOver(record)
        ? {}
        : { percent: Math.max(record.percent, percent), playable, error, asset: asset ?? record.asset }),
      own: { ...record.own, ...own },
      ...{ askedAt: at, asked: got ? 0 : record.asked + 1 },
      ...(got && { touchedAt: at, expiresAt: expiry(record.createdAt, at) }),
    }
  }

  async function ask(record: VideoRecord): Promise<VideoRecord> {
    const standing = await host.standing(record)
    const foreign = standing.creator !== undefined && standing.creator !== (record.owner ?? '')
    if (foreign) throw new UploadProblem('not-found', 'Not found.')
    return change(record.id, (current) => stood(current, standing))
  }

  // One question at a time: a host may act on what it learns, and must not do so twice.
  function askOnce(record: VideoRecord): Promise<VideoRecord> {
    const known = asking.get(record.id)
    if (known) return known
    const answer = ask(record).finally(() => asking.delete(record.id))
    asking.set(record.id, answer)
    return answer
  }

  async function dropAs(record: VideoRecord, state: VideoState, error?: string): Promise<VideoRecord> {
    await host.remove(record)
    return change(record.id, () => ({ state, error, playable: false }))
  }

  return {
    async create(request, owner) {
      const size = announcedSize(request.headers, policy)
      const metadata = rebuildMetadata(request.headers.get('Upload-Metadata'), policy)
      creations(owner ?? '')
      checkPending(await videos.list({ owner: owner ?? null }), size, policy)
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
      const begun = await host.create(creation)
      const record: VideoRecord = {
        ...{ id: crypto.randomUUID().replaceAll('-', ''), revision: 1, host: host.name, owner, state: 'created' },
        ...{
          size,
          offset: 0,
          metadata,
          uid: begun.uid,
          place: begun.place,
          own: { title: creation.title, ...begun.own },
        },
        ...{ percent: 0, playable: false, seconds: creation.seconds },
        ...{ createdAt: at, touchedAt: at, expiresAt: expiry(at, at), askedAt: at, asked: 0 },
      }
      await videos.write(record)
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

    list: (query) => videos.list(query),

    async offset(record, signal) {
      if (!host.offset) throw new UploadProblem('method-not-allowed', 'The bytes of this upload go to the host itself')
      if (!isPending(record) && record.state !== 'uploaded') return record
      const offset = await host.offset(record, signal)
      return offset === record.offset ? record : change(record.id, (current) => moved(current, offset))
    },

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
        return await change(record.id, (current) => moved(current, reached))
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
        const stands = host.offset ? await host.offset(current) : undefined
        if (stands !== undefined && stands !== current.size)
          throw new UploadProblem('offset-mismatch', 'The upload is not whole', { offset: stands })
        await hooks.beforeFinalize?.(current, request)
        if (!host.finalize) return await judged(await askOnce(current))
        const { own } = await host.finalize(current)
        return await change(current.id, (now_) => ({
          ...moved(now_, now_.size),
          ...{ state: later(now_.state, 'processing'), own: { ...now_.own, ...own }, askedAt: now(), asked: 0 },
        }))
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
          stood(current, record.own['clip'] ? { ...standing, state: 'processing' } : standing),
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
          const known = host.way === 'proxied' && isPending(record) ? record : await askOnce(record)
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

  /** What a finish of a direct upload finds: it must be whole, and no more than was allowed. */
  async function judged(record: VideoRecord): Promise<VideoRecord> {
    if (isPending(record)) throw new UploadProblem('offset-mismatch', 'The upload is not whole')
    const { maxSeconds = Infinity } = policy
    if ((record.asset?.duration ?? 0) <= maxSeconds) return record
    await dropAs(record, 'failed', 'too-long')
    throw new UploadProblem('too-large', `The video lasts longer than the limit (${maxSeconds} seconds)`)
  }
}
