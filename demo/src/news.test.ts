import { UploadError } from '@chunkwise/client'
import { expect, test } from 'vitest'

import { stateOf } from '../test/state.ts'
import { newsOf, type Told } from './news.ts'
import { describe } from './words.ts'

const circumstances = { resumability: 'reselect', fileAtHand: true, compared: true, waited: 0 } as const
const tell = (state: ReturnType<typeof stateOf>, told: Told) => newsOf(state, describe(state, circumstances), told)
const nothing: Told = { status: '', quarter: 0 }

test('a change of status is said, without figures that are stale before they are spoken', () => {
  expect(tell(stateOf('uploading', { offset: 0, speed: 1000, timeLeft: 9 }), nothing).text).toBe('Sending')
  const waiting = stateOf('waiting', { error: new UploadError('server', 'Cannot'), retryIn: 5000 })
  expect(tell(waiting, nothing).text).toBe('Waiting, The server has trouble')
})

test('the same status again is no news', () => {
  const { told } = tell(stateOf('uploading', { offset: 0 }), nothing)
  expect(tell(stateOf('uploading', { offset: 1000 }), told).text).toBe('')
})

test('each quarter is said once', () => {
  const { told } = tell(stateOf('uploading', { offset: 0 }), nothing)
  const half = tell(stateOf('uploading', { offset: 510_000 }), told)
  expect(half.text).toBe('50 % sent')
  expect(tell(stateOf('uploading', { offset: 700_000 }), half.told).text).toBe('')
})

test('what only passes by is not said, and does not repeat what was', () => {
  const { told } = tell(stateOf('uploading', { offset: 510_000 }), nothing)
  const passing = tell(stateOf('recovering', { offset: 510_000 }), told)
  expect(passing.text).toBe('')
  expect(tell(stateOf('uploading', { offset: 510_000 }), passing.told).text).toBe('')
})
