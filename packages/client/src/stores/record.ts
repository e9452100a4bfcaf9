import type { UploadRecord } from '../types.ts'

type Test = (value: unknown) => boolean

const ofType =
  (type: string): Test =>
  (value) =>
    typeof value === type
const text = ofType('string')
const yesNo = ofType('boolean')
const count: Test = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const oneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value)
const maybe =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value)
const texts: Test = (value) => isObject(value) && Object.values(value).every(text)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const record: { readonly [Key in keyof UploadRecord]-?: Test } = {
  version: oneOf(1),
  key: text,
  endpoint: text,
  protocol: text,
  owner: text,
  name: text,
  type: text,
  size: count,
  lastModified: Number.isFinite,
  metadata: texts,
  fingerprint: text,
  samples: maybe((value) => Array.isArray(value) && texts(value)),
  // What is in it is for its protocol to check, and the state of a hash for the hasher.
  session: maybe(isObject),
  offset: count,
  restarts: count,
  poisoned: maybe(yesNo),
  unanswered: oneOf(undefined, 'chunk', 'last', 'complete'),
  hash: maybe(isObject),
  paused: yesNo,
  resumability: oneOf('handle', 'copy', 'reselect'),
  createdAt: count,
  updatedAt: count,
}

/** Whether a stored value is a record of this release: an extension, another release or a fault may have been there. */
export const isRecord = (value: unknown): value is UploadRecord =>
  isObject(value) && Object.entries(record).every(([key, test]) => test(value[key]))

/** A record of a later release, which that release may still want. */
export const isOfLaterRelease = (value: unknown): boolean =>
  isObject(value) && count(value['version']) && Number(value['version']) > 1
