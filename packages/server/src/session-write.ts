import { fillChunk, type ChunkFacts, type Fill } from './chunk.ts'
import { checkName } from './claim.ts'
import type { Lease } from './lock.ts'
import { namePaths } from './naming.ts'
import type { SessionRecord } from './record.ts'
import { advance, checkSpan } from './session-rules.ts'
import type { FillFurther, SessionFacts, SessionSettings, Viewer } from './session.ts'

/** Writes a chunk of a session and commits how far it came. To be called under the session's lock. */
export async function extendSession(
  { store, now, limits }: SessionSettings,
  session: SessionRecord,
  chunk: ChunkFacts,
  lease: Lease,
  fill: FillFurther,
): Promise<SessionRecord> {
  // A size that is told only now is reserved before a byte comes.
  const writer = await store.writer({ ...session, size: session.size ?? chunk.size })
  try {
    const filled = await fillChunk(writer, session.offset, chunk, lease, (write, signal) =>
      fill(write, signal, session),
    )
    const size = session.size ?? chunk.size ?? (chunk.last && filled.whole ? filled.end : undefined)
    if (filled.end === session.offset && size === session.size) return session
    // What is left of a chunk that was cut off may be short.
    if (filled.whole && session.kept === undefined) checkSpan(session.offset, filled.end, size, limits.minChunkSize)
    const next = advance(session, {
      offset: filled.end,
      size,
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

/** Makes a session with its first chunk; of one that fails nothing is left, but the beginning of one that has a key. */
export async function beginSession(
  settings: SessionSettings,
  viewer: Viewer,
  chunk: ChunkFacts,
  known: SessionFacts,
  lease: Lease,
  fill: Fill<SessionFacts>,
): Promise<SessionRecord> {
  const { store, now, naming, expects, limits } = settings
  const id = crypto.randomUUID()
  const at = now()
  const paths = namePaths(id, at, naming, known.extension)
  if (!known.part) await checkName(settings, known.filename, paths.complete)
  const record = (facts: SessionFacts, offset: number, kept?: number): SessionRecord => {
    const { filename, metadata, key, part, tus, ietf, size = chunk.size } = facts
    const { owner, address } = viewer
    const times = { createdAt: at, touchedAt: now() }
    const place = { id, revision: 1, status: 'uploading', ...paths } as const
    return {
      ...place,
      owner,
      address: owner === undefined ? address : undefined,
      key,
      filename,
      metadata,
      size,
      offset,
      kept,
      expects,
      part,
      tus,
      ietf,
      ...times,
    }
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
    if (filled.whole) {
      const begun = record(filled.result, filled.end)
      const session = chunk.last ? { ...begun, size: filled.end } : begun
      checkSpan(0, filled.end, session.size, limits.minChunkSize)
      return await commit(session)
    }
    // Whoever has given a key will find the beginning under it; without one nobody would ever ask for it.
    if (known.key !== undefined) await commit(record(known, filled.end, 0))
    throw filled.error
  } finally {
    await writer.close()
    if (!committed) await store.remove(record(known, 0))
  }
}
