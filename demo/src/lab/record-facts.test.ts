import type { UploadRecord } from '@chunkwise/client'
import { expect, test } from 'vitest'

import { recordFacts } from './record-facts.ts'

const record: UploadRecord = {
  ...{ version: 1, key: 'k', endpoint: 'http://x/up/', protocol: 'drf-chunked-upload', owner: '', name: 'film.mp4' },
  ...{ type: 'video/mp4', size: 24_000_000, lastModified: 0, metadata: {}, fingerprint: 'f', samples: undefined },
  ...{ session: { url: 'http://x/up/1/' }, offset: 3_000_000, restarts: 0, poisoned: undefined, unanswered: 'chunk' },
  ...{
    hash: { engine: 'wasm', algorithm: 'md5', position: 2_000_000, state: '' },
    paused: false,
    resumability: 'copy',
  },
  ...{ createdAt: 0, updatedAt: 0 },
}
const factsOf = (more: Partial<UploadRecord> = {}) => Object.fromEntries(recordFacts({ ...record, ...more }))

test('a record is told as what it means', () => {
  expect(factsOf()).toEqual({
    Confirmed: '3 MB of 24 MB',
    Protocol: 'drf-chunked-upload',
    Session: 'http://x/up/1/',
    Hashed: '2 MB, state kept',
    'After a reload': 'goes on from a copy',
    Unanswered: 'a chunk',
    'Begun anew': 'never',
    Fingerprint: 'f',
  })
})

test('what is not there yet is said too', () => {
  const facts = factsOf({ session: undefined, hash: undefined, unanswered: undefined, restarts: 1, paused: true })
  expect(facts).toMatchObject({
    ...{ Session: 'none yet', Hashed: 'nothing yet', Unanswered: 'nothing' },
    ...{ 'Begun anew': '1 of at most 3 times', 'After a reload': 'stays paused' },
  })
})
