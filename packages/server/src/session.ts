import type { ChunkFacts, Fill, WriteChunk } from './chunk.ts'
import { compareCompleted, completeSession, concludeSession, type CompleteHook } from './complete.ts'
import type { Counts } from './counts/counts.ts'
import { dropSession, sweepSessions, type SweepOptions } from './expire.ts'
import { joinParts } from './join.ts'
import type { Limits } from './limits.ts'
import { under, withLock, type Lease, type LockPurpose, type Locks } from './lock.ts'
import type { Naming } from './naming.ts'
import { UploadProblem } from './problem.ts'
import type { ChecksumAlgorithm, SessionRecord } from './record.ts'
import {
  checkEnd,
  checkOpen,
  checkPlace,
  checkSame,
  expiryOf,
  goesOn,
  isCutOff,
  isGone,
  type Lifetimes,
} from './session-rules.ts'
import { beginSession, extendSession } from './session-write.ts'
import type { StoredFile, UploadStore } from './store.ts'

/** Who asks: the owner that `authenticate` found, or nobody in particular. */
export interface Viewer {
  readonly owner: string | undefined
  /** Where nobody in particular asks from, if there are limits that count for it. */
  readonly address?: string | undefined
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
  /** Facts of a part of a later upload, and of single dialects: see `SessionRecord`. */
  readonly part?: boolean
  readonly tus?: SessionRecord['tus']
  readonly ietf?: SessionRecord['ietf']
}

/** Takes the bytes of a chunk that goes on with a session, which is given as it stands under its lock. */
export type FillFurther = (write: WriteChunk, signal: AbortSignal, session: SessionRecord) => Promise<void>

/** What joins parts to one upload. */
export interface JoinFacts extends SessionFacts {
  /** In this order; one may come more than once. */
  readonly parts: readonly string[]
  /** Greatest size of the whole in bytes. */
  readonly limit: number
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
  readonly counts: Counts
  readonly now: () => number
  readonly naming: Naming
  /** The checksum that finishes ask for. */
  readonly expects: ChecksumAlgorithm | undefined
  readonly visible: (session: SessionRecord, viewer: Viewer) => boolean
  readonly onComplete: CompleteHook | undefined
  /** What stands before a file's path in its address. */
  readonly mediaUrl: string
  /** Whether a finish without a checksum may leave bytes out that were announced. */
  readonly acceptsTruncated: boolean
  readonly limits: Limits
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
  append(id: string, viewer: Viewer, chunk: ChunkFacts, fill: FillFurther): Promise<SessionRecord>
  /**
   * Creates a session of the bytes of others, which stay as they are. Repeatable: the same parts and metadata of the same
   * owner are the same session.
   */
  join(viewer: Viewer, facts: JoinFacts): Promise<Created>
  /** The session as it stands, no writer being at work. */
  status(id: string, viewer: Viewer, signal?: AbortSignal): Promise<SessionRecord>
  /** All that the viewer may see, oldest first. */
  list(viewer: Viewer): Promise<SessionRecord[]>
  /** Compares the checksum (`undefined`: there is none), publishes the file and runs the host's hook. */
  complete(id: string, viewer: Viewer, checksum: Checksum | undefined, request: Request): Promise<Completed>
  /**
   * Completes a session that has all its bytes, in a dialect that asks for no checksum; `by` names it. Repeatable: what is
   * complete, or a part, is given back as it is. `offset-mismatch` if bytes are missing.
   */
  conclude(id: string, viewer: Viewer, by: string, request: Request): Promise<Completed>
  /** A finished file, to be given back. `not-found` while it is none, and when the host has taken it away. */
  file(id: string, viewer: Viewer): Promise<{ readonly session: SessionRecord; readonly file: StoredFile }>
  /** Ends a session and drops its bytes, finished or not. */
  terminate(id: string, viewer: Viewer): Promise<void>
  /** When a session answers as expired, in milliseconds since 1970; `Infinity` for never. */
  expiresAt(session: SessionRecord): number
  /** Whether it has expired or its bytes were lost: nothing can be done with it any more. */
  isGone(session: SessionRecord): boolean
  /** Ends what has expired. Says how many sessions that were. */
  sweep(options?: SweepOptions): Promise<number>
  /** Goes on with finishes that a crash cut off between the checksum and the end. Says which failed, and why. */
  resume(): Promise<ReadonlyMap<string, unknown>>
}

export function createSessions(settings: SessionSettings): Sessions {
  const { store, locks, now, limits, counts } = settings
  const chunks = counts.throttle('chunks', { requests: limits.chunksPerMinute, perMs: 60_000 })

  /** The one owner check (S04): another's session is as unknown as none at all. */
  async function find(id: string, viewer: Viewer): Promise<SessionRecord> {
    const session = await store.read(id)
    if (session && (viewer.created === id || settings.visible(session, viewer))) return session
    throw new UploadProblem('not-found', 'No such upload')
  }

  async function append(id: string, viewer: Viewer, chunk: ChunkFacts, fill: FillFurther): Promise<SessionRecord> {
    // Looked at before the lock: who may not touch a session must not stop its writer either.
    checkOpen(await find(id, viewer), settings, now())
    await chunks(id)
    return withLock(locks, id, { purpose: 'append' }, async (lease) => {
      const session = under(lease, await find(id, viewer))
      checkOpen(session, settings, now())
      checkPlace(session, chunk)
      return extendSession(settings, session, chunk, lease, fill)
    })
  }

  async function terminate(id: string, viewer: Viewer): Promise<void> {
    await find(id, viewer)
    await withLock(locks, id, { purpose: 'finish' }, async (lease) =>
      dropSession(store, under(lease, await find(id, viewer))),
    )
  }

  async function create(
    viewer: Viewer,
    chunk: ChunkFacts,
    known: SessionFacts,
    fill: Fill<SessionFacts>,
    purpose: LockPurpose = 'append',
  ): Promise<Created> {
    if (chunk.offset !== 0) throw new UploadProblem('offset-mismatch', 'Offsets do not match', { offset: 0 })
    checkEnd(chunk, chunk.size)
    const { key } = known
    const start = async (lease: Lease): Promise<Created> => {
      return { session: await beginSession(settings, viewer, chunk, known, lease, fill), fresh: true }
    }
    if (key === undefined) return withLock(locks, crypto.randomUUID(), { purpose: 'append' }, start)
    const name = `key ${viewer.owner ?? ''} ${key}`
    return withLock(locks, name, { purpose }, async (lease) => {
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
  }

  const conclude: Sessions['conclude'] = async (id, viewer, by, request) => {
    await find(id, viewer)
    return withLock(locks, id, { purpose: 'finish' }, async (lease) => {
      const session = under(lease, await find(id, viewer))
      if (session.status === 'complete' || session.part) return { session, answer: undefined }
      if (session.status !== 'verifying') checkOpen(session, settings, now())
      const { offset, size } = session
      if (offset !== size) throw new UploadProblem('offset-mismatch', 'Bytes are missing', { offset })
      return concludeSession(settings, session, by, request)
    })
  }

  return {
    create: async (viewer, chunk, known, fill) => create(viewer, chunk, known, fill),
    append,
    terminate,
    conclude,
    expiresAt: (session) => expiryOf(session, settings),
    isGone: (session) => isGone(session, settings, now()),
    sweep: (options) => sweepSessions(settings, options),
    join: async (viewer, facts) => {
      const part = async (id: string): Promise<SessionRecord> => {
        const session = await find(id, viewer)
        if (isGone(session, settings, now())) throw new UploadProblem('gone', 'A part of the upload has expired')
        return session
      }
      // A repeat waits for the one that is copying already: stopped each time, large ones would never end.
      return joinParts(store, facts, part, async (...made) => create(viewer, ...made, 'finish'))
    },

    async status(id, viewer, signal) {
      await find(id, viewer)
      await locks.settle(id, signal)
      return find(id, viewer)
    },

    async file(id, viewer) {
      const session = await find(id, viewer)
      const file = session.status === 'complete' && !isGone(session, settings, now()) && (await store.file(session))
      if (!file) throw new UploadProblem('not-found', 'No such file')
      return { session, file }
    },

    async list(viewer) {
      const found: SessionRecord[] = []
      for await (const session of store.list()) if (settings.visible(session, viewer)) found.push(session)
      return found.toSorted((a, b) => a.createdAt - b.createdAt)
    },

    async complete(id, viewer, checksum, request) {
      const claimable = ({ status, completedBy }: SessionRecord): boolean =>
        status === 'complete' && completedBy !== undefined
      const check = (session: SessionRecord): SessionRecord => {
        if (session.part) throw new UploadProblem('forbidden', 'A part of an upload is not finished by itself')
        if (claimable(session) && !isGone(session, settings, now())) return session
        // A crash or a failing hook may have left it verified but not handed over: this finish goes on from there.
        if (session.status !== 'verifying') checkOpen(session, settings, now())
        return session
      }
      check(await find(id, viewer))
      return withLock(locks, id, { purpose: 'finish' }, async (lease) => {
        const session = check(under(lease, await find(id, viewer)))
        if (claimable(session)) return compareCompleted(settings, session, checksum)
        return completeSession(settings, session, checksum, request)
      })
    },

    async resume() {
      const failures = new Map<string, unknown>()
      for await (const session of store.list()) {
        const { id } = session
        if (!isCutOff(session)) continue
        await withLock(locks, id, { purpose: 'finish' }, async (lease) => {
          const current = await store.read(id)
          if (current && isCutOff(current)) await concludeSession(settings, under(lease, current), 'tus', undefined)
        }).catch((error: unknown) => failures.set(id, error))
      }
      return failures
    },
  }
}
