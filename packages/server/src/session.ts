import { fillChunk, type ChunkFacts, type Fill } from './chunk.ts'
import { completeSession, publishSession, type CompleteHook } from './complete.ts'
import { sweepSessions, type SweepOptions } from './expire.ts'
import { withLock, type Lease, type Locks } from './lock.ts'
import { namePaths, type Naming } from './naming.ts'
import { UploadProblem } from './problem.ts'
import type { ChecksumAlgorithm, SessionRecord } from './record.ts'
import { advance, checkEnd, checkOpen, checkPlace, expiryOf, isGone, type Lifetimes } from './session-rules.ts'
import type { UploadStore } from './store.ts'

/** Who asks: the owner that `authenticate` found, or nobody in particular. */
export interface Viewer {
  readonly owner: string | undefined
  /** The session that this very request has created: its maker may finish it even where nobody may see it later. */
  readonly created?: string
}

/** What a session begins with. */
export interface SessionFacts {
  readonly filename: string
  readonly metadata: Readonly<Record<string, string>>
  /** Bytes of the whole file, where the request tells. */
  readonly size?: number | undefined
  /** The client's name for this creation: repeating it finds the same session (F33). */
  readonly key?: string | undefined
  /** Extension to give the stored file, made safe. */
  readonly extension?: string
}

/** `fresh`: this request made it; otherwise it is the session of an earlier request with the same key. */
export interface Created {
  readonly session: SessionRecord
  readonly fresh: boolean
}

/** A checksum as a client claims it, in lower-case hex. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string
}

/** A finished session, and what the host wants to be answered. */
export interface Completed {
  readonly session: SessionRecord
  readonly answer: Response | undefined
}

export interface SessionSettings extends Lifetimes {
  readonly store: UploadStore
  readonly locks: Locks
  readonly now: () => number
  readonly naming: Naming
  /** The checksum that finishes ask for. */
  readonly expects: ChecksumAlgorithm | undefined
  readonly visible: (session: SessionRecord, viewer: Viewer) => boolean
  readonly onComplete: CompleteHook | undefined
  /** Whether a finish without a checksum may leave bytes out that were announced. */
  readonly acceptsTruncated: boolean
}

/** The life of sessions: the only caller of store and lock. Every method checks the owner first. */
export interface Sessions {
  /**
   * Creates a session with its first chunk. `known` is what the request has told before its bytes, `fill` returns all of
   * it. What `fill` rejects with ends the creation, and nothing is left of it; only of a creation with a key the beginning
   * stays when the body was cut off.
   */
  create(viewer: Viewer, chunk: ChunkFacts, known: SessionFacts, fill: Fill<SessionFacts>): Promise<Created>
  /** Adds a chunk. What `fill` rejects with ends it; a body that was cut off leaves its beginning. */
  append(id: string, viewer: Viewer, chunk: ChunkFacts, fill: Fill<void>): Promise<SessionRecord>
  /** The session as it stands, no writer being at work. */
  status(id: string, viewer: Viewer, signal?: AbortSignal): Promise<SessionRecord>
  /** All that the viewer may see, oldest first. */
  list(viewer: Viewer): Promise<SessionRecord[]>
  /** Compares the checksum (`undefined`: there is none), publishes the file and runs the host's hook. */
  complete(id: string, viewer: Viewer, checksum: Checksum | undefined, request: Request): Promise<Completed>
  /** Ends a session and drops its bytes, finished or not. */
  terminate(id: string, viewer: Viewer): Promise<void>
  /** When a session answers as expired, in milliseconds since 1970; `Infinity` for never. */
  expiresAt(session: SessionRecord): number
  /** Ends what has expired. Says how many sessions that were. */
  sweep(options?: SweepOptions): Promise<number>
  /** Goes on with finishes that a crash cut off between the checksum and the end. Says which failed, and why. */
  resume(): Promise<ReadonlyMap<string, unknown>>
}

export function createSessions(settings: SessionSettings): Sessions {
  const { store, locks, now } = settings

  /** The one owner check (S04): another's session is as unknown as none at all. */
  async function find(id: string, viewer: Viewer): Promise<SessionRecord> {
    const session = await store.read(id)
    if (session && (viewer.created === id || settings.visible(session, viewer))) return session
    throw new UploadProblem('not-found', 'No such upload')
  }

  async function append(id: string, viewer: Viewer, chunk: ChunkFacts, fill: Fill<void>): Promise<SessionRecord> {
    // Looked at before the lock: who may not touch a session must not stop its writer either.
    checkOpen(await find(id, viewer), settings, now())
    return withLock(locks, id, { purpose: 'append' }, async (lease) => {
      const session = await find(id, viewer)
      checkOpen(session, settings, now())
      checkPlace(session, chunk)
      return extend(session, chunk, lease, fill)
    })
  }

  async function extend(
    session: SessionRecord,
    chunk: ChunkFacts,
    lease: Lease,
    fill: Fill<void>,
  ): Promise<SessionRecord> {
    const writer = await store.writer(session)
    try {
      const filled = await fillChunk(writer, session.offset, chunk, lease, fill)
      if (filled.end === session.offset) return session
      const next = advance(session, {
        offset: filled.end,
        size: session.size ?? chunk.size,
        touchedAt: now(),
        ...(filled.whole ? {} : { kept: chunk.offset }),
      })
      await writer.commit(next)
      if (filled.whole) return next
      throw filled.error
    } finally {
      await writer.close()
    }
  }

  async function begin(
    viewer: Viewer,
    chunk: ChunkFacts,
    known: SessionFacts,
    lease: Lease,
    fill: Fill<SessionFacts>,
  ): Promise<SessionRecord> {
    const id = crypto.randomUUID()
    const at = now()
    const paths = namePaths(id, at, settings.naming, known.extension)
    const record = (facts: SessionFacts, offset: number, kept?: number): SessionRecord => {
      const { filename, metadata, key, size = chunk.size } = facts
      const { owner } = viewer
      const { expects } = settings
      const times = { createdAt: at, touchedAt: now() }
      const place = { id, revision: 1, status: 'uploading', ...paths } as const
      return { ...place, owner, key, filename, metadata, size, offset, kept, expects, ...times }
    }
    const writer = await store.writer(record(known, 0))
    let committed = false
    const commit = async (session: SessionRecord): Promise<SessionRecord> => {
      await writer.commit(session)
      committed = true
      return session
    }
    try {
      const filled = await fillChunk(writer, 0, chunk, lease, fill)
      if (filled.whole) return await commit(record(filled.result, filled.end))
      // Whoever has given a key will find the beginning under it; without one nobody would ever ask for it.
      if (known.key !== undefined) await commit(record(known, filled.end, 0))
      throw filled.error
    } finally {
      await writer.close()
      if (!committed) await store.remove(record(known, 0))
    }
  }

  async function terminate(id: string, viewer: Viewer): Promise<void> {
    await find(id, viewer)
    await withLock(locks, id, { purpose: 'finish' }, async () => store.remove(await find(id, viewer)))
  }

  return {
    append,
    terminate,
    expiresAt: (session) => expiryOf(session, settings),
    sweep: (options) => sweepSessions(settings, options),

    async create(viewer, chunk, known, fill) {
      if (chunk.offset !== 0) throw new UploadProblem('offset-mismatch', 'Offsets do not match', { offset: 0 })
      checkEnd(chunk, chunk.size)
      const { key } = known
      const start = async (lease: Lease): Promise<Created> => {
        return { session: await begin(viewer, chunk, known, lease, fill), fresh: true }
      }
      if (key === undefined) return withLock(locks, crypto.randomUUID(), { purpose: 'append' }, start)
      const name = `key ${viewer.owner ?? ''} ${key}`
      return withLock(locks, name, { purpose: 'append' }, async (lease) => {
        const session = await store.readKey(viewer.owner, key)
        if (!session) return start(lease)
        checkSame(session, known, chunk)
        const maker = { ...viewer, created: session.id }
        if (isGone(session, settings, now())) {
          await terminate(session.id, maker)
          return start(lease)
        }
        if (!goesOn(session, chunk)) return { session, fresh: false }
        const next = await append(session.id, maker, chunk, async (write, signal) => void (await fill(write, signal)))
        return { session: next, fresh: false }
      })
    },

    async status(id, viewer, signal) {
      await find(id, viewer)
      await locks.settle(id, signal)
      return find(id, viewer)
    },

    async list(viewer) {
      const found: SessionRecord[] = []
      for await (const session of store.list()) if (settings.visible(session, viewer)) found.push(session)
      return found.toSorted((a, b) => a.createdAt - b.createdAt)
    },

    async complete(id, viewer, checksum, request) {
      const check = (session: SessionRecord): SessionRecord => {
        // A crash or a failing hook may have left it verified but not handed over: this finish goes on from there.
        if (session.status !== 'verifying') checkOpen(session, settings, now())
        return session
      }
      check(await find(id, viewer))
      return withLock(locks, id, { purpose: 'finish' }, async () =>
        completeSession(settings, check(await find(id, viewer)), checksum, request),
      )
    },

    async resume() {
      const failures = new Map<string, unknown>()
      for await (const { id, status } of store.list()) {
        if (status !== 'verifying') continue
        await withLock(locks, id, { purpose: 'finish' }, async () => {
          const session = await store.read(id)
          if (session?.status === 'verifying') await publishSession(settings, session, undefined)
        }).catch((error: unknown) => failures.set(id, error))
      }
      return failures
    },
  }
}

/** Whether a repeated creation brings bytes that are still missing. */
function goesOn({ status, offset, kept }: SessionRecord, chunk: ChunkFacts): boolean {
  if (status !== 'uploading') return false
  // The beginning of this very chunk may have been kept when its first try was cut off.
  const again = chunk.repeats === true || (kept === chunk.offset && (chunk.length ?? Infinity) >= offset)
  return offset === chunk.offset || again
}

function checkSame(session: SessionRecord, { filename, size }: SessionFacts, chunk: ChunkFacts): void {
  const told = size ?? chunk.size
  const sameSize = told === undefined || session.size === undefined || told === session.size
  if (filename === session.filename && sameSize) return
  throw new UploadProblem('completed', 'This upload_key was given to another file', { status: 409 })
}
