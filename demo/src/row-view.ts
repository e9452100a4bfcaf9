import type { Upload, UploadState } from '@chunkwise/client'

import { badgeOf } from './file-name.ts'
import { bytes, percent, stretch } from './format.ts'
import { callOf, describe, type Call, type Words } from './words.ts'

/** How far an upload is. */
export interface Progress {
  /** A whole number; 100 only when it is complete. */
  readonly percent: number
  readonly text: string
  /** What the server has confirmed, and what has gone out: transforms of the layers of a bar. */
  readonly confirmed: string
  readonly sent: string
}

/** What a page shows of an upload, whatever draws it. */
export interface RowView extends Words, Progress {
  readonly badge: string
  readonly amount: string
  readonly call: Call | undefined
  /** What ends it: an upload that has ended can only be taken off the list. */
  readonly end: 'Cancel' | 'Remove'
  readonly labels: Readonly<Record<string, string>>
}

export function rowView(upload: Upload, state: UploadState): RowView {
  // A page that keeps no record of where its files came from finds out when a person resumes.
  const circumstances = { resumability: upload.resumability, fileAtHand: true, compared: true, waited: 0 }
  const call = callOf(state, circumstances)
  return {
    ...describe(state, circumstances),
    ...progressOf(state),
    badge: badgeOf(upload.name),
    amount: amountOf(state),
    call,
    end: call === undefined ? 'Remove' : 'Cancel',
    labels: labelsOf(upload, state),
  }
}

export function progressOf({ status, size, offset, sent }: UploadState): Progress {
  const done = status === 'completed'
  const whole = percent(offset, size, done)
  return {
    percent: whole,
    text: `${whole} %, ${bytes(offset)} of ${bytes(size)}`,
    confirmed: done ? stretch(1, 1) : stretch(offset, size),
    sent: stretch(sent, size),
  }
}

export const amountOf = ({ status, size, offset }: UploadState): string =>
  status === 'completed' ? bytes(size) : `${bytes(offset)} of ${bytes(size)}`

/** For the style, and for tests, which look here rather than at words made for people. */
export function labelsOf(upload: Upload, state: UploadState): RowView['labels'] {
  return {
    'data-testid': 'upload',
    'data-name': upload.name,
    'data-status': state.status,
    'data-reason': state.status === 'paused' ? state.reason : '',
    'data-offset': String(state.offset),
    'data-size': String(state.size),
    'data-hashed': String(state.hashed),
    'data-verified': state.status === 'completed' ? String(state.verified) : '',
    'data-resumability': upload.resumability,
  }
}
