import type { Resumability, UploadState, UploadStateOf } from '@chunkwise/client'
import { percent, type Figures } from './figures.ts'
import type { Action, ListTexts, Standing } from './texts/texts.ts'

/** What the element knows of an upload besides its state. */
export interface Circumstances {
  readonly resumability: Resumability
  /** Whether the file itself was given to this page, and not only remembered from an earlier visit. */
  readonly fileAtHand: boolean
  /** Milliseconds since the status was entered, for counting down. */
  readonly waited: number
}

/** Where an upload stands, for a word and a colour. */
export function standingOf(state: UploadState, circumstances: Circumstances): Standing {
  if (state.status === 'completing') return state.phase
  if (state.status !== 'paused' || (state.reason === 'user' && !needsFile(state, circumstances))) return state.status
  if (state.reason === 'auth') return 'signedOut'
  if (state.reason === 'tab') return 'otherTab'
  return needsFile(state, circumstances) ? 'fileNeeded' : 'permissionNeeded'
}

/** What a person may want to know or do about where it stands; empty if there is nothing to say. */
export function detailOf(state: UploadState, circumstances: Circumstances, texts: ListTexts, figures: Figures): string {
  switch (state.status) {
    case 'uploading': {
      const { speed, timeLeft } = state
      if (speed === undefined || timeLeft === undefined) return ''
      return texts.pace(figures.speed(speed), figures.duration(timeLeft))
    }
    case 'completing':
      if (state.phase === 'verifying') return ''
      return texts.hashed(figures.percent(percent(state.hashed, state.size, false)))
    case 'waiting': {
      if (state.retryIn === Infinity) return texts.offline
      const left = state.retryIn - circumstances.waited
      return texts.again(texts.causes[state.error.code], left < 500 ? undefined : figures.duration(left / 1000))
    }
    case 'paused':
      return whyPaused(state, circumstances, texts, figures)
    case 'failed':
      return texts.causes[state.error.code]
    case 'completed':
      return state.verified ? '' : texts.unverified
    default:
      return ''
  }
}

function whyPaused(
  state: UploadStateOf<'paused'>,
  circumstances: Circumstances,
  texts: ListTexts,
  figures: Figures,
): string {
  const { reason, error, offset } = state
  if (reason === 'auth') return texts.signIn
  if (reason === 'tab') return texts.otherTab
  if (error && error.code !== 'file-needed') return texts.causes[error.code]
  const amount = offset > 0 ? figures.bytes(offset) : undefined
  if (needsFile(state, circumstances)) return texts.fileFrom(amount)
  if (reason === 'file') return texts.permission
  return amount ? texts.safe(amount) : ''
}

/** What a person can do to go on, or to stop for a while; `undefined` if there is nothing left to do. */
export function callOf(state: UploadState, circumstances: Circumstances): Action | undefined {
  switch (state.status) {
    case 'idle':
      return 'start'
    case 'paused':
      // The tab that sends it does as it is told.
      if (state.reason === 'tab' && !state.error) return 'pause'
      return needsFile(state, circumstances) ? 'chooseAgain' : 'resume'
    case 'failed':
      return hopeless.has(state.error.code) ? undefined : 'retry'
    case 'completed':
    case 'cancelled':
      return undefined
    default:
      return 'pause'
  }
}

// What is wrong with the file itself stays wrong.
const hopeless: ReadonlySet<string> = new Set([
  'empty-file',
  'is-directory',
  'file-too-small',
  'file-too-large',
  'file-type',
  'too-many-files',
])

// A handle that the browser only wants to ask about needs no choosing; one whose file is gone does. What a person paused
// before a reload would ask for the file right after "Resume": it is asked for at once.
function needsFile(
  { reason, error }: UploadStateOf<'paused'>,
  { resumability, fileAtHand }: Omit<Circumstances, 'waited'>,
): boolean {
  if (reason === 'user') return resumability === 'reselect' && !fileAtHand
  if (reason !== 'file') return false
  return resumability !== 'handle' || (error !== undefined && error.code !== 'file-needed')
}
