import { UploadError } from '../errors.ts'
import type { Checksum, Complete, Confirmed, Gone, Json, Session } from '../types.ts'
import { urlOf } from './address.ts'
import type { Answer } from './answer.ts'

// In tus and in the draft the last byte finishes an upload, and the server may tell the digest of what it then has
// (`Repr-Digest`, RFC 9530). The digest of the file may be known only later: until then the session keeps what was said.

/**
 * What an answer says of an upload that is complete: with a digest in it there is something left to compare, so the session
 * keeps it; without one nobody ever will.
 */
export function arrived({ header, json, text }: Answer, session: Session, offset: number): Confirmed {
  const digest = header('Repr-Digest')
  const answer = json ?? (text || undefined)
  if (digest === undefined) return { offset, complete: { url: urlOf(session), answer, verified: false } }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was parsed from JSON, or is text
  return { offset, session: { ...session, digest, answer: (answer ?? null) as Json } }
}

/**
 * The end of an upload whose session has kept what was said of it; `undefined` if it has not.
 *
 * @throws UploadError `checksum` if the server has stored something else than the file.
 */
export function compared(session: Session, checksum: Checksum | undefined): Complete | undefined {
  const { digest, answer } = session
  if (typeof digest !== 'string') return undefined
  // Names of RFC 9530.
  const name = checksum?.algorithm === 'md5' ? 'md5' : 'sha-256'
  const [, theirs = ''] = new RegExp(`(?:^|[, ])${name}=:([^:]+):`).exec(digest) ?? []
  const ours = checksum && base64Of(checksum.hex)
  // What has another length is no digest, and nobody has compared anything.
  const verified = theirs.length === ours?.length
  if (verified && theirs !== ours) {
    throw new UploadError('checksum', `Cannot complete: the server has stored ${theirs}, and the file is ${ours}`)
  }
  return { url: urlOf(session), answer: answer ?? undefined, verified }
}

/** The end of an upload, if that is what was said of it; else what was said. Throws as `compared` does. */
export const ended = (said: Confirmed | Gone, checksum: Checksum | undefined): Complete | Confirmed | Gone =>
  said === 'gone' ? said : (said.complete ?? (said.session && compared(said.session, checksum)) ?? said)

const base64Of = (hex: string): string =>
  btoa(String.fromCharCode(...Array.from(hex.matchAll(/../g), ([pair]) => parseInt(pair, 16))))
