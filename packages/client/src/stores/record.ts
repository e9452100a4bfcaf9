import type { UploadRecord } from '../types.ts'

type Test = (value: unknown) => boolean

const text: Test = (value) => typeof value === 'string'
const name: Test = (value) => typeof value === 'string' && value !== ''
const number: Test = (value) => typeof value === 'number' && Number.isFinite(value)
const count: Test = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const yesNo: Test = (value) => typeof value === 'boolean'
const maybe =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value)
const oneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value)
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test)
const mapOf =
  (test: Test): Test =>
  (value) =>
    isObject(value) && Object.values(value).every(test)
// A database can hold what goes round in circles; no session is this deep.
const deepest = 20
const jsonAt =
  (depth: number): Test =>
  (value) => {
    if (value === null || yesNo(value) || number(value) || text(value)) return true
    return depth < deepest && (listOf(jsonAt(depth + 1))(value) || mapOf(jsonAt(depth + 1))(value))
  }
const json = jsonAt(0)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fits = (value: unknown, tests: Readonly<Record<string, Test>>): boolean =>
  isObject(value) && Object.entries(tests).every(([key, test]) => test(value[key]))

const hash = {
  engine: oneOf('wasm', 'script'),
  algorithm: oneOf('md5', 'sha256'),
  position: count,
  state: text,
}

const record: { readonly [Key in keyof UploadRecord]-?: Test } = {
  version: oneOf(1),
  key: name,
  endpoint: text,
  protocol: text,
  owner: text,
  name: text,
  type: text,
  size: count,
  lastModified: number,
  metadata: mapOf(text),
  fingerprint: text,
  samples: maybe(listOf(text)),
  session: maybe(mapOf(json)),
  offset: count,
  restarts: count,
  poisoned: maybe(yesNo),
  unanswered: oneOf(undefined, 'chunk', 'last', 'complete'),
  hash: maybe((value) => fits(value, hash)),
  paused: yesNo,
  resumability: oneOf('handle', 'copy', 'reselect'),
  createdAt: number,
  updatedAt: number,
}

/** Whether a stored value is a record of this release: an extension, another release or a fault may have been there. */
export const isRecord = (value: unknown): value is UploadRecord => fits(value, record)

/** A record of a later release, which that release may still want. */
export const isOfLaterRelease = (value: unknown): boolean =>
  isObject(value) && count(value['version']) && Number(value['version']) > 1
