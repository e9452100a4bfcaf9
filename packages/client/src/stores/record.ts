import { isMap, isOneOf, kind, made, text, texts, whole, type Choice } from '../kinds.ts'
import type { UploadRecord } from '../types.ts'

const count = whole(0)
const date = kind('a number', Number.isFinite)
const samples = kind('a list of texts', (value) => Array.isArray(value) && value.every(text.fits))

const record: { readonly [Key in keyof UploadRecord]-?: readonly Choice[] } = {
  version: [1],
  key: [text],
  endpoint: [text],
  protocol: [text],
  owner: [text],
  name: [text],
  type: [text],
  size: [count],
  lastModified: [date],
  metadata: [texts],
  fingerprint: [text],
  samples: [undefined, samples],
  // What is in it is for its protocol to check, and the state of a hash for the hasher.
  session: [undefined, made],
  offset: [count],
  restarts: [count],
  poisoned: [undefined, true, false],
  unanswered: [undefined, 'chunk', 'last', 'complete'],
  hash: [undefined, made],
  paused: [true, false],
  resumability: ['handle', 'copy', 'reselect'],
  createdAt: [count],
  updatedAt: [count],
}

/** Whether a stored value is a record of this release: an extension, another release or a fault may have been there. */
export const isRecord = (value: unknown): value is UploadRecord =>
  isMap(value) && Object.entries(record).every(([key, choices]) => isOneOf(choices, value[key]))

/** A record of a later release, which that release may still want. */
export const isOfLaterRelease = (value: unknown): boolean =>
  isMap(value) && count.fits(value['version']) && Number(value['version']) > 1
