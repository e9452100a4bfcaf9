import { isProblem, UploadProblem } from './problem.ts'
import type { SessionRecord } from './record.ts'
import { advance } from './session-rules.ts'
import type { Checksum, Completed, SessionSettings } from './session.ts'
import type { StoredFile } from './store.ts'

/** A finished upload, as the host's hook sees it. */
export interface FinishedUpload {
  /** As it will be: complete. Its id is the same if the hook is called again. */
  readonly session: SessionRecord
  /** The assembled, verified file in its final place. */
  readonly file: StoredFile
  /** The finish; absent when a restarted server goes on with it. */
  readonly request: Request | undefined
}

/** What the host does with a finished file; what it returns is the answer to the finish. */
export type CompleteHook = (upload: FinishedUpload) => Promise<Response | void> | Response | void

type CompleteSettings = Pick<SessionSettings, 'store' | 'now' | 'onComplete' | 'acceptsTruncated'>

/**
 * Compares the checksum and leads the session out of `uploading`, once (S17). To be called under its lock.
 *
 * @throws UploadProblem `checksum-mismatch`, or `offset-mismatch` where no checksum tells that bytes are missing; the session
 *   stays as it was.
 */
export async function completeSession(
  settings: CompleteSettings,
  session: SessionRecord,
  checksum: Checksum | undefined,
  request: Request,
): Promise<Completed> {
  const { store, acceptsTruncated } = settings
  const { size, offset } = session
  if (!checksum && !acceptsTruncated && size !== undefined && offset < size)
    throw new UploadProblem('offset-mismatch', 'Bytes are missing', { offset })
  if (checksum && (await digestOf(settings, session, checksum)) !== checksum.value)
    throw new UploadProblem('checksum-mismatch', 'checksum does not match')
  if (session.status === 'verifying') return publishSession(settings, session, request)
  const verified = advance(session, { status: 'verifying', checksum })
  await store.commit(verified)
  return publishSession(settings, verified, request)
}

/** What the bytes were proven to be already, or what they are. */
async function digestOf({ store }: CompleteSettings, session: SessionRecord, { algorithm }: Checksum): Promise<string> {
  const known = session.checksum
  return known?.algorithm === algorithm ? known.value : store.checksum(session, algorithm)
}

/** Gives a verified file its final place and hands it to the host. Repeatable: the hook may be called more than once. */
export async function publishSession(
  { store, now, onComplete }: CompleteSettings,
  session: SessionRecord,
  request: Request | undefined,
): Promise<Completed> {
  await store.publish(session)
  const completed = advance(session, { status: 'complete', completedAt: now() })
  const file = await store.file(completed)
  if (!file) throw new UploadProblem('internal', 'The finished file cannot be read')
  let answer: Response | void
  try {
    answer = await onComplete?.({ session: completed, file, request })
  } catch (error) {
    // A refusal is an answer, and the upload stays complete; anything else leaves it to the next finish.
    if (isProblem(error)) await store.commit(completed)
    throw error
  }
  await store.commit(completed)
  return { session: completed, answer: answer ?? undefined }
}
