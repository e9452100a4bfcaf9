import type { Resumability, UploadState } from '@chunkwise/client'

import { causes } from './causes.ts'
import { bytes, duration, percent, speed } from './format.ts'

/** How a status feels: it colours the row. */
export type Tone = 'quiet' | 'busy' | 'hold' | 'good' | 'bad'

/** A state in words: a short status, and what a person may want to know or do about it. */
export interface Words {
  readonly tone: Tone
  readonly status: string
  readonly detail: string
}

/** What the first button of a row does, by its label; `undefined` if there is nothing left to do. */
export type Call = 'Pause' | 'Resume' | 'Retry' | 'Choose the file again'

/** What a page knows of an upload besides its state. */
export interface Circumstances {
  readonly resumability: Resumability
  /** Whether the file itself was given to this page, and not only remembered from an earlier visit. */
  readonly fileAtHand: boolean
  /** Whether the server compares a checksum at the end. */
  readonly compared: boolean
  /** Milliseconds since the status was entered, for counting down. */
  readonly waited: number
}

/** Says in words where an upload stands. */
export function describe(state: UploadState, circumstances: Circumstances): Words {
  switch (state.status) {
    case 'idle':
      return { tone: 'quiet', status: 'Not started', detail: '' }
    case 'queued':
      return { tone: 'quiet', status: 'Queued', detail: 'Starts as soon as another one is done' }
    case 'preparing':
      return { tone: 'busy', status: 'Preparing', detail: 'Looking whether this file was begun before' }
    case 'creating':
      return { tone: 'busy', status: 'Starting', detail: 'Asking the server to take the file' }
    case 'recovering':
      return { tone: 'busy', status: 'Recovering', detail: 'Asking the server how far it got' }
    case 'uploading':
      return { tone: 'busy', status: 'Sending', detail: pace(state) }
    case 'completing':
      if (!circumstances.compared) {
        return { tone: 'busy', status: 'Finishing', detail: 'Asking whether all of it has come' }
      }
      if (state.phase === 'verifying') {
        return { tone: 'busy', status: 'Verifying', detail: 'The server compares the MD5' }
      }
      return {
        tone: 'busy',
        status: 'Hashing',
        detail: `All sent; ${percent(state.hashed, state.size, false)} % of the file hashed`,
      }
    case 'waiting':
      return { tone: 'hold', status: 'Waiting', detail: whyWaiting(state, circumstances.waited) }
    case 'paused':
      return { tone: 'hold', ...whyPaused(state, circumstances) }
    case 'failed':
      return { tone: 'bad', status: 'Failed', detail: causes[state.error.code] }
    case 'completed':
      return { tone: 'good', status: 'Completed', detail: howVerified(state, circumstances) }
    case 'cancelled':
      return { tone: 'quiet', status: 'Cancelled', detail: '' }
  }
}

/** What a person can do to go on, or to stop for a while. */
export function callOf(state: UploadState, circumstances: Circumstances): Call | undefined {
  switch (state.status) {
    case 'idle':
      return 'Resume'
    case 'queued':
    case 'preparing':
    case 'creating':
    case 'recovering':
    case 'uploading':
    case 'completing':
    case 'waiting':
      return 'Pause'
    case 'paused':
      // The tab that sends it does as it is told.
      if (state.reason === 'tab' && !state.error) return 'Pause'
      return needsFile(state, circumstances) ? 'Choose the file again' : 'Resume'
    case 'failed':
      return hopeless.has(state.error.code) ? undefined : 'Retry'
    case 'completed':
    case 'cancelled':
      return undefined
  }
}

// What is wrong with the file itself stays wrong.
const hopeless: ReadonlySet<keyof typeof causes> = new Set([
  'empty-file',
  'is-directory',
  'file-too-small',
  'file-too-large',
  'file-type',
  'too-many-files',
])

type Of<Status extends UploadState['status']> = Extract<UploadState, { status: Status }>

// A handle that the browser only wants to ask about needs no choosing; one whose file is gone does. What a person paused
// before a reload would ask for the file right after "Resume": it is asked for at once.
function needsFile({ reason, error }: Of<'paused'>, { resumability, fileAtHand }: Circumstances): boolean {
  if (reason === 'user') return resumability === 'reselect' && !fileAtHand
  if (reason !== 'file') return false
  return resumability !== 'handle' || (error !== undefined && error.code !== 'file-needed')
}

function howVerified({ verified }: Of<'completed'>, { compared }: Circumstances): string {
  if (verified) return 'Verified by MD5'
  return compared ? 'The server did not compare the MD5' : 'The server has all of it'
}

function pace({ speed: bytesPerSecond, timeLeft }: Of<'uploading'>): string {
  if (bytesPerSecond === undefined || timeLeft === undefined) return ''
  return `${speed(bytesPerSecond)}, ${duration(timeLeft)} left`
}

function whyWaiting({ error, retryIn }: Of<'waiting'>, waited: number): string {
  if (retryIn === Infinity) return 'You are offline: it goes on by itself once you are back'
  const left = Math.max(0, retryIn - waited)
  return `${causes[error.code]}; trying again ${left < 500 ? 'now' : `in ${duration(left / 1000)}`}`
}

function whyPaused(state: Of<'paused'>, circumstances: Circumstances): Omit<Words, 'tone'> {
  switch (state.reason) {
    case 'user':
      if (needsFile(state, circumstances)) return { status: 'Paused', detail: whyFile(state, circumstances) }
      return {
        status: 'Paused',
        detail: state.offset > 0 ? `${bytes(state.offset)} are safe on the server` : 'Nothing is sent until you resume',
      }
    case 'auth':
      return { status: 'Signed out', detail: 'Sign in again, then resume: nothing is lost' }
    case 'tab':
      return { status: 'In another tab', detail: 'Another tab of this browser is sending it' }
    case 'file':
      return {
        status: needsFile(state, circumstances) ? 'Needs the file' : 'Needs permission',
        detail: whyFile(state, circumstances),
      }
  }
}

function whyFile({ error, offset }: Of<'paused'>, { resumability }: Circumstances): string {
  if (error && error.code !== 'file-needed') return causes[error.code]
  if (resumability === 'handle') return 'Your browser will ask for permission to read it again'
  return offset > 0 ? `It goes on from ${bytes(offset)} once you choose it` : 'It starts once you choose it'
}
