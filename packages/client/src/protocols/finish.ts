import type { Checksum, Complete, Confirmed, FileFacts, Gone, Tools } from '../types.ts'
import { ask, stranger, type Answer } from './answer.ts'
import type { Fields } from './form.ts'

/** How slowly a server may hash, in bytes per millisecond: what a finish may take is judged by it. */
const hashing = 20_000

/** How long the answer to a finish may take, in milliseconds. */
export const finishMs = (size: number): number => 60_000 + size / hashing

// A browser may have sent the finish twice by itself (F03), or somebody else has finished.
const already = /^Upload has already been/

/** What differs between the relatives of drf-chunked-upload in how an upload is finished. */
export interface Finish {
  /** Where the finish goes. */
  readonly url: string
  readonly fields: Fields
  /** The address of the finished upload, where it has one. */
  readonly finished: string | undefined
  /** Asks where the server stands. */
  query(): Promise<Confirmed | Gone>
  /** What a refusal with another status than 400 means; throws what is no `gone`. */
  gone(answer: Answer): Gone | Promise<Gone>
  /** Whether a 400 with this text may mean that the checksum differs. */
  differs(text: string): boolean
}

/**
 * Finishes an upload by its checksum. The server hashes within the request and goes on when nobody waits for the answer any more,
 * so after an unanswered finish it is asked until it must be done, and only then is the finish sent again.
 *
 * @throws UploadError `checksum`, `refused` if the host's own check refused the finished file, `blocked`, or by the status.
 */
export async function finish(
  { url, fields, finished, query, gone, differs }: Finish,
  { name, size }: FileFacts,
  checksum: Checksum | undefined,
  tools: Tools,
): Promise<Complete | Confirmed | Gone> {
  const unanswered = tools.unanswered === 'complete'
  const known = unanswered && (await outlast(query, size, tools))
  if (known) return known
  const answer = await ask(tools, `complete the upload of "${name}"`, 'POST', url, {
    body: new URLSearchParams(fields.map(([field, value]) => [field, value])),
    answerMs: finishMs(size),
  })
  const { ok, text, json, problem, error } = answer
  const verified = checksum !== undefined
  if (ok && (text === '' || (json !== undefined && !isUnfinished(json)))) {
    return { url: finished, answer: json, verified }
  }
  if (!ok && answer.status !== 400) return gone(answer)
  const stands = await query()
  // The fork answers no question with a status: that an upload is complete it only says when it refuses to complete it again.
  const told = already.test(problem.text) ? { url: finished, answer: undefined } : undefined
  const done = stands !== 'gone' && (stands.complete ?? told)
  if (done && (ok || unanswered)) return { ...done, verified }
  // A page instead of an answer, a portal or a login in between, or an upload that is not complete.
  if (ok) throw stranger(answer)
  // Somebody else's finish: nobody knows what was compared.
  if (done && told) return { ...done, verified: false }
  if (done) throw error('refused')
  if (stands === 'gone' || stands.offset !== size) return stands
  throw error(differs(problem.text) ? 'checksum' : undefined)
}

// The server may go on hashing long after its answer was lost: it is asked until it must be done.
async function outlast(
  query: () => Promise<Confirmed | Gone>,
  size: number,
  { clock, signal }: Tools,
): Promise<Complete | Confirmed | Gone | undefined> {
  const until = clock.now() + 2_000 + size / hashing
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 30_000)) {
    const stands = await query()
    if (stands === 'gone') return stands
    if (stands.complete) return stands.complete
    if (stands.offset !== size) return stands
    if (clock.now() >= until) return undefined
    await clock.sleep(Math.min(pauseMs, until - clock.now()), signal)
  }
}

const isUnfinished = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 1
