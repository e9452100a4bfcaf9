import type { UploadRecord } from '@chunkwise/client'

import { bytes } from '../format.ts'

const afterReload = {
  handle: 'goes on by its handle',
  copy: 'goes on from a copy',
  reselect: 'asks for the file again',
} as const satisfies Record<UploadRecord['resumability'], string>

const unanswered = {
  chunk: 'a chunk',
  last: 'the last chunk',
  complete: 'the finish',
} as const satisfies Record<NonNullable<UploadRecord['unanswered']>, string>

/** What a record says, for people: what it is called, and its value. */
export function recordFacts(record: UploadRecord): readonly (readonly [name: string, value: string])[] {
  const { offset, size, session, hash, restarts, resumability } = record
  return [
    ['Confirmed', `${bytes(offset)} of ${bytes(size)}`],
    ['Protocol', record.protocol],
    ['Session', session === undefined ? 'none yet' : sessionWords(session)],
    ['Hashed', hash === undefined ? 'nothing yet' : `${bytes(hash.position)}, state kept`],
    ['After a reload', record.paused ? 'stays paused' : afterReload[resumability]],
    ['Unanswered', record.unanswered === undefined ? 'nothing' : unanswered[record.unanswered]],
    ['Begun anew', restarts === 0 ? 'never' : `${restarts} of at most 3 times`],
    ['Fingerprint', record.fingerprint],
  ]
}

// What is in a session only its protocol knows; all of ours name an address or an id.
const sessionWords = (session: NonNullable<UploadRecord['session']>): string =>
  Object.values(session)
    .filter((value) => typeof value === 'string')
    .join(', ')
