import { namesFor, randomName } from './file-names.ts'
import { UploadProblem } from './problem.ts'
import type { SessionRecord } from './record.ts'
import { advance } from './session-rules.ts'
import type { SessionSettings } from './session.ts'

type ClaimSettings = Pick<SessionSettings, 'store' | 'naming'>

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

/** Said where the host wants no second file of one name. */
const exists = (): UploadProblem =>
  new UploadProblem('forbidden', 'A file of this name exists already', { status: 409 })

/**
 * Refuses an upload whose name is taken already, before its bytes come, where the host wants names kept and nothing
 * overwritten. The name may still be taken by another one until the end.
 */
export async function checkName({ store, naming }: ClaimSettings, filename: string, complete: string): Promise<void> {
  if (naming.names !== 'keep' || naming.existing !== 'error') return
  for (const name of namesFor(filename, 'keep', 'error', randomName))
    if (await store.isTaken(folderOf(complete) + name)) throw exists()
}

/**
 * The path that a verified file gets: the one that its record has, or the first name that is free. Repeatable.
 *
 * @throws UploadProblem 409 if none is.
 */
export async function claimPath({ store, naming }: ClaimSettings, session: SessionRecord): Promise<string> {
  const { names, existing } = naming
  const { filename, complete } = session
  if (names === 'id') return complete
  const overwrite = names === 'keep' && existing === 'overwrite'
  for (const name of namesFor(filename, names, existing, randomName)) {
    const path = folderOf(complete) + name
    if (overwrite || (await store.claim(session, path))) return path
  }
  throw exists()
}

/** Ends the records of files that this one has replaced: their bytes are gone, and ending them must not take these. */
export async function endReplaced({ store, naming }: ClaimSettings, session: SessionRecord): Promise<void> {
  if (naming.names !== 'keep' || naming.existing !== 'overwrite') return
  for await (const other of store.list())
    if (other.id !== session.id && other.status === 'complete' && other.complete === session.complete) {
      // Nobody holds its lock: it was complete, and counts as it stands.
      const ended = advance(other, { status: 'expired', complete: other.partial, fence: undefined })
      await store.commit(ended)
      // There are none left of its own; a store that counts them learns so.
      await store.remove(ended, { keepRecord: true })
    }
}
