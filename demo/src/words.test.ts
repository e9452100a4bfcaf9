import { UploadError, type Resumability } from '@chunkwise/client'
import { describe as group, expect, test } from 'vitest'

import { stateOf } from '../test/state.ts'
import { causes } from './causes.ts'
import { callOf, describe, type Circumstances } from './words.ts'

const by = (resumability: Resumability, more: Partial<Circumstances> = {}): Circumstances => ({
  ...{ resumability, fileAtHand: true, compared: true, waited: 0 },
  ...more,
})
const error = (code: keyof typeof causes): UploadError => new UploadError(code, 'Cannot')

group('while it runs', () => {
  test('every active status can be paused', () => {
    for (const status of [
      'queued',
      'preparing',
      'creating',
      'recovering',
      'uploading',
      'completing',
      'waiting',
    ] as const) {
      expect(callOf(stateOf(status), by('reselect'))).toBe('Pause')
    }
  })

  test('speed and time left are said once they are known', () => {
    expect(describe(stateOf('uploading'), by('reselect')).detail).toBe('')
    const known = describe(stateOf('uploading', { speed: 84_200_000, timeLeft: 12 }), by('reselect'))
    expect(known).toEqual({ tone: 'busy', status: 'Sending', detail: '84.2 MB/s, 12 s left' })
  })

  test('hashing and verifying are told apart', () => {
    const hashing = describe(stateOf('completing', { phase: 'hashing', hashed: 780_000 }), by('reselect'))
    expect(hashing).toMatchObject({ status: 'Hashing', detail: 'All sent; 78 % of the file hashed' })
    expect(describe(stateOf('completing', { phase: 'verifying' }), by('reselect')).status).toBe('Verifying')
  })
})

group('while it waits', () => {
  test('it says why, and counts down', () => {
    const waiting = stateOf('waiting', { error: error('server'), retryIn: 8000 })
    expect(describe(waiting, by('reselect', { waited: 3000 })).detail).toBe(
      'The server has trouble; trying again in 5 s',
    )
    expect(describe(waiting, by('reselect', { waited: 9000 })).detail).toBe('The server has trouble; trying again now')
  })

  test('offline has no countdown', () => {
    const waiting = stateOf('waiting', { error: error('network'), retryIn: Infinity })
    expect(describe(waiting, by('reselect')).detail).toBe('You are offline: it goes on by itself once you are back')
  })
})

group('while it is paused', () => {
  const needs = stateOf('paused', { reason: 'file', error: error('file-needed') })

  test('what a person paused is resumed', () => {
    const paused = stateOf('paused', { reason: 'user', error: undefined })
    expect(callOf(paused, by('reselect'))).toBe('Resume')
    expect(describe(paused, by('reselect')).detail).toBe('500 kB are safe on the server')
  })

  test('what a person paused before a reload needs the file, where nothing else keeps it', () => {
    const paused = stateOf('paused', { reason: 'user', error: undefined })
    expect(callOf(paused, by('reselect', { fileAtHand: false }))).toBe('Choose the file again')
    expect(callOf(paused, by('copy', { fileAtHand: false }))).toBe('Resume')
    expect(callOf(paused, by('handle', { fileAtHand: false }))).toBe('Resume')
  })

  test('a file that must be chosen again is asked for', () => {
    expect(callOf(needs, by('reselect'))).toBe('Choose the file again')
    expect(describe(needs, by('reselect'))).toMatchObject({
      status: 'Needs the file',
      detail: 'It goes on from 500 kB once you choose it',
    })
  })

  test('a handle only needs permission', () => {
    expect(callOf(needs, by('handle'))).toBe('Resume')
    expect(describe(needs, by('handle'))).toMatchObject({
      status: 'Needs permission',
      detail: 'Your browser will ask for permission to read it again',
    })
  })

  test('a handle whose file is gone needs another choice', () => {
    const gone = stateOf('paused', { reason: 'file', error: error('file-gone') })
    expect(callOf(gone, by('handle'))).toBe('Choose the file again')
    expect(describe(gone, by('handle'))).toMatchObject({ status: 'Needs the file', detail: causes['file-gone'] })
  })

  test('a wrong file is told, and the call stays', () => {
    const mismatch = stateOf('paused', { reason: 'file', error: error('file-mismatch') })
    expect(describe(mismatch, by('reselect')).detail).toBe(causes['file-mismatch'])
    expect(callOf(mismatch, by('reselect'))).toBe('Choose the file again')
  })

  test('signing in and another tab are named', () => {
    expect(describe(stateOf('paused', { reason: 'auth' }), by('reselect')).status).toBe('Signed out')
    expect(describe(stateOf('paused', { reason: 'tab' }), by('reselect')).status).toBe('In another tab')
  })
})

group('at the end', () => {
  test('a failure says its cause and can be retried', () => {
    const failed = stateOf('failed', { error: error('refused') })
    expect(describe(failed, by('reselect'))).toEqual({ tone: 'bad', status: 'Failed', detail: causes.refused })
    expect(callOf(failed, by('reselect'))).toBe('Retry')
  })

  test('what is wrong with the file itself cannot be retried', () => {
    expect(callOf(stateOf('failed', { error: error('empty-file') }), by('reselect'))).toBeUndefined()
  })

  test('completed says whether the server compared the checksum', () => {
    expect(describe(stateOf('completed', { verified: true }), by('reselect')).detail).toBe('Verified by MD5')
    expect(describe(stateOf('completed', { verified: false }), by('reselect')).detail).toContain('did not compare')
    expect(callOf(stateOf('completed'), by('reselect'))).toBeUndefined()
    expect(callOf(stateOf('cancelled'), by('reselect'))).toBeUndefined()
  })

  test('where no checksum is compared, none is spoken of', () => {
    for (const state of [stateOf('completing', { phase: 'verifying' }), stateOf('completed', { verified: false })]) {
      const { status, detail } = describe(state, by('reselect', { compared: false }))
      expect(status + detail).not.toMatch(/MD5|Verif|Hash/)
      expect(detail).not.toBe('')
    }
  })
})
