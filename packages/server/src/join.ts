import type { ChunkFacts, Fill } from './chunk.ts'
import { createDigest } from './digest.ts'
import { UploadProblem } from './problem.ts'
import type { SessionRecord } from './record.ts'
import type { Created, JoinFacts, SessionFacts } from './session.ts'
import type { StoredFile, UploadStore } from './store.ts'

type Create = (chunk: ChunkFacts, known: SessionFacts, fill: Fill<SessionFacts>) => Promise<Created>

/**
 * Makes one session of the bytes of others. No lock is held on the parts: one that has all its bytes does not change any
 * more, and one that goes away meanwhile leaves too few, which is found out before anything counts.
 *
 * @param find gives a session that is still there and the viewer's own
 * @throws UploadProblem `malformed` for what is no complete part, `too-large`, `gone`.
 */
export async function joinParts(
  store: UploadStore,
  { parts, limit, ...facts }: JoinFacts,
  find: (id: string) => Promise<SessionRecord>,
  create: Create,
): Promise<Created> {
  const sessions: SessionRecord[] = []
  for (const id of parts) sessions.push(await find(id))
  const size = sessions.reduce((sum, session) => sum + sizeOf(session), 0)
  if (size > limit) throw new UploadProblem('too-large', `The size of an upload is limited to ${limit} bytes`)
  // A repeat after a lost answer must find the first one: the file would be there twice otherwise.
  const known = { ...facts, size, key: await keyOf(parts, facts) }
  return create({ offset: 0, length: size, size }, known, async (write) => {
    const count = await write(bytesOf(store, sessions))
    if (count !== size) throw new UploadProblem('gone', 'A part of the upload has gone meanwhile')
    return known
  })
}

function sizeOf({ part, offset, size }: SessionRecord): number {
  if (!part) throw new UploadProblem('malformed', 'Only parts can be joined to an upload')
  if (offset !== size) throw new UploadProblem('malformed', 'A part of the upload is not complete')
  return size
}

async function keyOf(parts: readonly string[], { metadata, filename }: SessionFacts): Promise<string> {
  const digest = await createDigest('sha256')
  digest.update(new TextEncoder().encode(JSON.stringify([parts, filename, metadata])))
  return `parts ${digest.hex()}`
}

async function* bytesOf(store: UploadStore, sessions: readonly SessionRecord[]): AsyncGenerator<Uint8Array> {
  for (const session of sessions) {
    const file = await store.file(session)
    if (!file) throw new UploadProblem('gone', 'A part of the upload has gone meanwhile')
    yield* piecesOf(file, session.offset)
  }
}

async function* piecesOf(file: StoredFile, end: number): AsyncGenerator<Uint8Array> {
  const reader = file.stream(0, end).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}
