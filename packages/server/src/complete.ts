import { claimPath, endReplaced } from './claim.ts'
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
  /** Its address below `mediaUrl`, for hosts that serve the folder themselves. */
  readonly url: string
  /** The finish; absent when a restarted server goes on with it. */
  readonly request: Request | undefined
}

/** What the host does with a finished file; what it returns is the answer to the finish. */
export type CompleteHook = (upload: FinishedUpload) => Promise<Response | void> | Response | void

type CompleteSettings = Pick<
  SessionSettings,
  'store' | 'now' | 'onComplete' | 'acceptsTruncated' | 'naming' | 'mediaUrl'
>

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
  const complete = await claimPath(settings, session)
  const verified = advance(session, { status: 'verifying', checksum, complete })
  await store.commit(verified)
  return publishSession(settings, verified, request)
}

/**
 * Completes a session that has all its bytes, in a dialect whose clients need not prove them: what the server kept along
 * is the checksum, so that they can be told. To be called under its lock.
 *
 * @throws UploadProblem `checksum-mismatch` when the creation has promised other bytes; the session is over then.
 */
export async function concludeSession(
  settings: CompleteSettings,
  session: SessionRecord,
  by: string,
  request: Request | undefined,
): Promise<Completed> {
  const { store } = settings
  if (session.status === 'verifying') return publishSession(settings, session, request)
  const { expects } = session
  const checksum = expects && { algorithm: expects, value: await store.checksum(session, expects) }
  const made = { ...session, checksum }
  for (const [name, algorithm] of promisable) {
    const promised = session.ietf?.digests[name]
    if (promised === undefined || promised === (await digestOf(settings, made, { algorithm, value: promised })))
      continue
    await store.commit(advance(session, { status: 'failed' }))
    throw new UploadProblem('checksum-mismatch', 'The bytes are not those that were promised')
  }
  const complete = await claimPath(settings, session)
  const verified = advance(session, { status: 'verifying', checksum, complete, completedBy: by })
  await store.commit(verified)
  return publishSession(settings, verified, request)
}

/** Digests of RFC 9530 that a store can make of a whole file. */
const promisable = [
  ['md5', 'md5'],
  ['sha-256', 'sha256'],
] as const

/**
 * Lets a finish that brings a checksum compare it with what another dialect has completed already. To be called under the
 * session's lock.
 *
 * @throws UploadProblem `checksum-mismatch`; the session stays complete.
 */
export async function compareCompleted(
  settings: CompleteSettings,
  session: SessionRecord,
  checksum: Checksum | undefined,
): Promise<Completed> {
  if (checksum && (await digestOf(settings, session, checksum)) !== checksum.value)
    throw new UploadProblem('checksum-mismatch', 'checksum does not match')
  const compared = advance(session, { completedBy: undefined, checksum: checksum ?? session.checksum })
  await settings.store.commit(compared)
  return { session: compared, answer: undefined }
}

/** What the bytes were proven to be already, or what they are. */
async function digestOf({ store }: CompleteSettings, session: SessionRecord, { algorithm }: Checksum): Promise<string> {
  const known = session.checksum
  return known?.algorithm === algorithm ? known.value : store.checksum(session, algorithm)
}

/** Gives a verified file its final place and hands it to the host. Repeatable: the hook may be called more than once. */
async function publishSession(
  settings: CompleteSettings,
  session: SessionRecord,
  request: Request | undefined,
): Promise<Completed> {
  const { store, now } = settings
  await store.publish(session)
  await endReplaced(settings, session)
  const completed = advance(session, { status: 'complete', completedAt: now() })
  let answer: Response | undefined
  try {
    answer = await handOver(settings, completed, request)
  } catch (error) {
    // A refusal is an answer, and the upload stays complete; anything else leaves it to the next finish.
    if (isProblem(error)) await store.commit(completed)
    throw error
  }
  await store.commit(completed)
  return { session: completed, answer }
}

/** Calls the host's hook, if there is one; what it answers instead is given back. */
async function handOver(
  { store, onComplete, mediaUrl }: CompleteSettings,
  session: SessionRecord,
  request: Request | undefined,
): Promise<Response | undefined> {
  if (!onComplete) return undefined
  const file = await store.file(session)
  if (!file) throw new Error(`The finished file of ${session.id} cannot be read`)
  return (await onComplete({ session, file, url: mediaUrl + encodeURI(session.complete), request })) ?? undefined
}
