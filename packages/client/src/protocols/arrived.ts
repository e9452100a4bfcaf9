import { base64ToHex } from '@chunkwise/protocol'
import { UploadError } from '../errors.ts'
import type { Checksum, Complete, Confirmed, Json, Session } from '../types.ts'
import type { Answer } from './answer.ts'

// In tus and in the draft the last byte finishes an upload, and the server may tell the digest of what it then has
// (`Repr-Digest`, RFC 9530). The digest of the file may be known only later: until then the session keeps what was said.

/**
 * What an answer says of an upload that is complete: with a digest in it there is something left to compare, so the session
 * keeps it; without one nobody ever will.
 */
export async function arrived(
  { header, json, text }: Answer,
  session: Session,
  offset: number,
  keep: (session: Session) => Promise<void> | void,
): Promise<Confirmed> {
  const digest = header('Repr-Digest')
  const answer = json ?? (text || undefined)
  if (digest === undefined) return { offset, complete: { url: urlOf(session), answer, verified: false } }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was parsed from JSON, or is text
  await keep({ ...session, digest, answer: (answer ?? null) as Json })
  return { offset }
}

/**
 * The end of an upload whose session has kept what was said of it; `undefined` if it has not.
 *
 * @throws UploadError `checksum` if the server has stored something else than the file.
 */
export function compared(session: Session, checksum: Checksum | undefined): Complete | undefined {
  const { digest, answer } = session
  if (typeof digest !== 'string') return undefined
  const ours = checksum?.hex
  // Names of RFC 9530.
  const theirs = checksum && digestIn(digest, checksum.algorithm === 'md5' ? 'md5' : 'sha-256')
  if (theirs !== undefined && theirs !== ours) {
    throw new UploadError('checksum', `Cannot complete: the server has ${theirs}, not ${ours}`)
  }
  return { url: urlOf(session), answer: answer ?? undefined, verified: theirs !== undefined }
}

function digestIn(field: string, algorithm: string): string | undefined {
  const [, value] = new RegExp(`(?:^|[, ])${algorithm}=:([^:]+):`).exec(field) ?? []
  return value && base64ToHex(value)
}

/** The address that a session knows its upload by. */
export function urlOf({ url }: Session): string {
  if (typeof url === 'string') return url
  throw new UploadError('gone', 'Cannot go on: the session has no address')
}
