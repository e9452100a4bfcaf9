import { UploadError, type UploadState } from '@chunkwise/client'
import { expect, test } from 'vitest'
import { figuresOf } from './figures.ts'
import { englishList } from './texts/english-list.ts'
import { german } from './texts/german.ts'
import { callOf, detailOf, standingOf, type Circumstances } from './words.ts'

const facts = {
  ...{
    size: 1000,
    offset: 250,
    sent: 250,
    hashed: 500,
    best: 250,
    attempt: 0,
    since: 0,
    rewinds: 0,
    restarts: 0,
    pardoned: 0,
  },
  ...{ poisoned: false, session: {}, former: undefined, unanswered: undefined, proven: true, meter: [] },
  ...{ speed: undefined, timeLeft: undefined },
}
const at = (state: object): UploadState => ({ ...facts, ...state }) as unknown as UploadState
const error = (code: 'file-needed' | 'file-gone' | 'file-type' | 'network') => new UploadError(code, 'Cannot')
const handy: Circumstances = { resumability: 'handle', fileAtHand: true, waited: 0 }
const bare: Circumstances = { resumability: 'reselect', fileAtHand: false, waited: 0 }

const cases: readonly (readonly [state: object, circumstances: Circumstances, words: string])[] = [
  [{ status: 'idle' }, handy, 'idle start '],
  [{ status: 'queued' }, handy, 'queued pause '],
  [{ status: 'uploading' }, handy, 'uploading pause '],
  [{ status: 'uploading', speed: 1000, timeLeft: 3 }, handy, 'uploading pause 1 kB/s, 3 sec left'],
  [{ status: 'completing', phase: 'hashing' }, handy, 'hashing pause All sent; 50% of the file hashed'],
  [{ status: 'completing', phase: 'verifying' }, handy, 'verifying pause '],
  [
    ...[
      { status: 'waiting', error: error('network'), retryIn: 5000 },
      { ...handy, waited: 2000 },
    ],
    'waiting pause The server could not be reached; trying again in 3 sec',
  ] as const,
  [
    ...[
      { status: 'waiting', error: error('network'), retryIn: 5000 },
      { ...handy, waited: 5000 },
    ],
    'waiting pause The server could not be reached; trying again now',
  ] as const,
  [
    ...[{ status: 'waiting', error: error('network'), retryIn: Infinity }, handy],
    'waiting pause You are offline: it goes on once you are back',
  ] as const,
  [{ status: 'paused', reason: 'user' }, handy, 'paused resume 250 bytes are safe on the server'],
  [{ status: 'paused', reason: 'user', offset: 0 }, handy, 'paused resume '],
  [{ status: 'paused', reason: 'user' }, bare, 'fileNeeded chooseAgain It goes on from 250 bytes once you choose it'],
  [{ status: 'paused', reason: 'file', offset: 0 }, bare, 'fileNeeded chooseAgain It starts once you choose it'],
  [
    ...[{ status: 'paused', reason: 'file', error: error('file-needed') }, handy],
    'permissionNeeded resume Your browser will ask for permission to read it again',
  ] as const,
  [
    ...[{ status: 'paused', reason: 'file', error: error('file-gone') }, handy],
    'fileNeeded chooseAgain The file was moved or deleted',
  ] as const,
  [{ status: 'paused', reason: 'auth' }, handy, 'signedOut resume Sign in again, then resume: nothing is lost'],
  [{ status: 'paused', reason: 'tab' }, handy, 'otherTab pause Another tab of this browser is sending it'],
  [{ status: 'failed', error: error('network') }, handy, 'failed retry The server could not be reached'],
  [{ status: 'failed', error: error('file-type') }, handy, 'failed  Files of this type are not allowed'],
  [{ status: 'completed', verified: true }, handy, 'completed  '],
  [{ status: 'completed', verified: false }, handy, 'completed  The server did not compare the checksum'],
  [{ status: 'cancelled' }, handy, 'cancelled  '],
]
for (const [given, circumstances, words] of cases) {
  test(`says "${words}" of ${JSON.stringify(given)}`, () => {
    const state = at(given)
    const detail = detailOf(state, circumstances, englishList, figuresOf('en'))
    expect([standingOf(state, circumstances), callOf(state, circumstances) ?? '', detail].join(' ')).toBe(words)
  })
}

test('German says all that English says', () => {
  expect(Object.keys(german.causes)).toEqual(Object.keys(englishList.causes))
  for (const [name, text] of Object.entries(englishList)) expect(typeof Reflect.get(german, name)).toBe(typeof text)
})
