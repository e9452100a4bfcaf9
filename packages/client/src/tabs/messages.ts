import type { ErrorCode } from '../errors.ts'
import type { Followed } from '../machine.ts'
import type { Complete } from '../types.ts'

/** What tabs tell each other of an upload. */
export type Message = Address & Word

/** Who speaks, and of what. */
export interface Address {
  /** The page that speaks. */
  readonly from: string
  /** What the upload is locked by; unknown of one whose file was never read. */
  readonly name: string | undefined
  /** Of its record: two tabs that go on from the same one know it by that, too. */
  readonly key: string
}

export type Word =
  /** Who has it, tell how far it is. */
  | { readonly type: 'asked' }
  /** As `asked`; and who only keeps a place for it, let go: a person wants it to go on here. */
  | { readonly type: 'wanted' }
  /** I send it. `first`: from now on. */
  | { readonly type: 'sending'; readonly first: boolean; readonly facts: Followed }
  /** Who has it, pause it, or cancel it: a person wants that. */
  | { readonly type: 'pause' | 'cancel' }
  /** A person has paused it. */
  | { readonly type: 'paused' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string; readonly status: number | undefined }
  | { readonly type: 'completed'; readonly complete: Complete }
  /** `dropped`: whether the server confirmed that. */
  | { readonly type: 'cancelled'; readonly dropped: boolean }
  /** I have heard how it ended. */
  | { readonly type: 'seen' }

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isText = (value: unknown): boolean => typeof value === 'string'

/**
 * Whether what came over the channel is a message of ours: other code of the page's site may speak there. What it would do harm to
 * believe is looked at; a word that nobody knows does nothing.
 */
export const isMessage = (value: unknown): value is Message =>
  isMap(value) &&
  [value['from'], value['key'], value['type'], value['name'] ?? ''].every(isText) &&
  (value['type'] !== 'sending' || isFacts(value['facts'])) &&
  (value['type'] !== 'completed' || isMap(value['complete']))

const isFacts = (value: unknown): boolean =>
  isMap(value) && [value['offset'], value['sent'], value['restarts']].every(isCount)
