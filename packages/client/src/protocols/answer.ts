import { readDrfProblem, readDrfUpload, type DrfProblem, type DrfUpload } from '@chunkwise/protocol'
import { UploadError, type ErrorCode } from '../errors.ts'
import type { Gone, ProtocolRequest, Reply, Tools } from '../types.ts'
import { failureOf, jsonOf } from './failure.ts'

/** What a server of the Django family answered, read in all the ways it may be needed. */
export interface Answer extends Reply {
  /** What was tried: "append at offset 10". */
  readonly action: string
  readonly ok: boolean
  /** `undefined` if the body is no JSON. */
  readonly json: unknown
  readonly problem: DrfProblem
  /** The error that a refusal amounts to, by its status if no code is given. */
  error(code?: ErrorCode): UploadError
}

/** Sends a request and reads what comes back. `action` names what is tried: "append at offset 10". */
export async function ask(
  tools: Tools,
  action: string,
  method: string,
  url: string,
  more: Partial<ProtocolRequest> = {},
): Promise<Answer> {
  const reply = await tools.send({ ...more, method, url, headers: { ...more.headers, Accept: 'application/json' } })
  const json = jsonOf(reply)
  const problem = readDrfProblem(json)
  return {
    ...{ ...reply, action, json, problem },
    ok: reply.status >= 200 && reply.status < 300,
    error: (code) => failureOf(reply, action, problem.text, tools.clock, code),
  }
}

/** Whether there is nothing at an address, or nothing any more. */
export const isMissing = ({ status }: Answer): boolean => status === 404 || status === 410

/** Whether an upload is not there any more, once that was asked for. */
export const dropped = (answer: Answer): boolean => answer.ok || isMissing(answer)

/** The error of an action, with the reason why it could not be done. */
export const cannot = (code: ErrorCode, action: string, why: string, cause?: unknown): UploadError =>
  new UploadError(code, `Cannot ${action}: ${why}`, { cause })

/** The error `blocked`: a portal or a login page has answered in the server's place. */
export const stranger = ({ action, status }: Answer): UploadError =>
  cannot('blocked', action, `something else than the server answered ${status}`)

/**
 * The error of a request that was refused. Session authentication knows no 401, and a 404 that hides no upload means a wrong
 * address: nothing ever lived there.
 */
export const refusal = ({ status, error }: Answer, anonymous: boolean = false): UploadError =>
  error(anonymous || status === 403 ? 'unauthorized' : status === 404 ? 'rejected' : undefined)

/**
 * Whether an upload is gone. `hides`: a 404 may hide it, since a missing upload and a missing user look the same to a server that
 * shows each user their own.
 *
 * @throws UploadError for everything else.
 */
export function goneOrThrow(answer: Answer, { renewed }: Tools, hides: boolean): Gone {
  const hidden = answer.status === 404 && hides
  if (answer.status === 410 || (hidden && renewed)) return 'gone'
  throw refusal(answer, hidden)
}

/**
 * The upload object in an answer.
 *
 * @throws UploadError `blocked` if the answer is no JSON, `malformed` if it is another.
 */
export function readUpload(answer: Answer): DrfUpload {
  if (answer.json === undefined) throw stranger(answer)
  try {
    return readDrfUpload(answer.json)
  } catch (cause) {
    throw cannot('malformed', answer.action, cause instanceof Error ? cause.message : String(cause), cause)
  }
}
