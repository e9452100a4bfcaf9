import { UploadError } from '../errors.ts'
import type { Chunk, Confirmed, Gone } from '../types.ts'
import { readUpload, type Answer } from './answer.ts'

// A body that was cut on its way looks like this, or like a part of another size than its range.
const truncated = /^(No chunk file|File size doesn't match)/

/**
 * What the answer to a chunk says of where the server stands.
 *
 * @param query asks where it stands, if the answer does not tell.
 * @param gone what a refusal with another status than 400 means.
 */
export async function appended(
  answer: Answer,
  { offset }: Chunk,
  query: () => Promise<Confirmed | Gone>,
  gone: (answer: Answer) => Gone,
): Promise<Confirmed | Gone> {
  if (answer.ok) return confirmed(answer)
  if (answer.status !== 400) return gone(answer)
  const { text, expectedOffset } = answer.problem
  if (expectedOffset !== undefined) return { offset: expectedOffset }
  // A refusal without a number: the upload may be finished, or stand elsewhere.
  const stands = await query()
  if (stands === 'gone' || stands.complete || stands.offset !== offset) return stands
  // Django itself refuses a body that is over its limit on memory, and with a page.
  if (answer.json === undefined) throw answer.error('too-large')
  throw answer.error(truncated.test(text) ? 'malformed' : undefined)
}

/** The offset in an answer, which must be that of bytes that were stored. */
export function confirmed(answer: Answer): Confirmed {
  const { offset, file } = readUpload(answer)
  if (file !== null || offset === 0) return { offset }
  throw new UploadError('rejected', `Cannot go on: the server counts ${offset} bytes and has stored none`)
}
