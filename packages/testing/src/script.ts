import { kinds, type Kind } from './kind.ts'

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** What becomes of one request. Sizes are bytes, counted in the request's body as it goes over the wire, form and all. */
export type Fault =
  /** All goes well. */
  | { readonly fault: 'ok' }
  /** It never arrives, and no answer comes. */
  | { readonly fault: 'drop' }
  /** The connection breaks when `after` bytes of the body have arrived. */
  | { readonly fault: 'cut'; readonly after: number }
  /** It is applied, and the answer is lost. */
  | { readonly fault: 'lost' }
  /** It is applied twice and answered once, as when a browser sends it again by itself. */
  | { readonly fault: 'duplicate' }
  /** It arrives, or with `what: 'answer'` is answered, this many milliseconds later. */
  | { readonly fault: 'delay'; readonly ms: number; readonly what?: 'request' | 'answer' }
  /** It goes at this pace, counted in bytes of its body. */
  | { readonly fault: 'slow'; readonly bytesPerSecond: number }
  /** No answer comes; it is held on its way, and applied just before the `before`-th request after it (default 1). */
  | { readonly fault: 'late'; readonly before?: number }
  /** Something in between answers in the server's place, and the request never arrives. A `body` that is no text goes as JSON. */
  | {
      readonly fault: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: Json
    }
  /** A portal or a login page answers with 200 and HTML, and the request never arrives. */
  | { readonly fault: 'html' }
  /** One bit of this byte of the body is turned over on the way; in a shorter body, of its last. */
  | { readonly fault: 'corrupt'; readonly byte: number }
  /** The server has forgotten the upload that the request is about. */
  | { readonly fault: 'gone' }
  /**
   * The server is killed when `after` bytes of the body have arrived, and is there again this many milliseconds later, with
   * all that it had stored. What is asked meanwhile gets no answer, and uses up no entry.
   */
  | { readonly fault: 'kill'; readonly after: number; readonly ms: number }

/** Faults that need no more than their name. */
export type Plain = 'ok' | 'drop' | 'lost' | 'duplicate' | 'late' | 'html' | 'gone'

/** To which requests an entry belongs, and to how many of them. */
export interface Placed {
  /** What the request must be for, or its method in capitals; absent: any request but `OPTIONS`. */
  readonly on?: Kind | Uppercase<string>
  /** How often the entry is used. Default 1. */
  readonly times?: number
}

/** One entry: a fault by its name, a status by its number, or with all it has. */
export type Entry = Plain | number | (Fault & Placed)

/**
 * What becomes of requests: each one uses up the first entry that fits it; when none fits, all goes well. Plain JSON.
 *
 * @example
 * const script: Script = ['ok', 503, 'lost', { fault: 'cut', after: 70_000, on: 'append' }]
 */
export type Script = readonly Entry[]

/** An entry made whole. */
export interface Step {
  readonly fault: Fault
  readonly on: string | undefined
  readonly times: number
}

interface Field {
  readonly expected: string
  readonly fits: (value: unknown) => boolean
  readonly needed?: true
}

const isWhole = (value: unknown, least: number, most: number = Number.MAX_SAFE_INTEGER): boolean =>
  Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const bytes: Field = { expected: 'a number of bytes', fits: (value) => isWhole(value, 0), needed: true }
const milliseconds: Field = { expected: 'milliseconds', fits: (value) => isWhole(value, 0), needed: true }
const count: Field = { expected: 'a whole number of at least 1', fits: (value) => isWhole(value, 1) }

const fields: { readonly [F in Fault['fault']]: Readonly<Record<string, Field>> } = {
  ok: {},
  drop: {},
  cut: { after: bytes },
  lost: {},
  duplicate: {},
  delay: {
    ms: milliseconds,
    what: { expected: '"request" or "answer"', fits: (value) => value === 'request' || value === 'answer' },
  },
  slow: { bytesPerSecond: { ...count, needed: true } },
  late: { before: count },
  status: {
    status: { expected: 'a status from 200 to 599', fits: (value) => isWhole(value, 200, 599), needed: true },
    headers: {
      expected: 'texts by name',
      fits: (value) => isPlainObject(value) && Object.values(value).every((text) => typeof text === 'string'),
    },
    body: { expected: 'JSON', fits: isJson },
  },
  html: {},
  corrupt: { byte: bytes },
  gone: {},
  kill: { after: bytes, ms: milliseconds },
}

const placed: Readonly<Record<string, Field>> = {
  on: {
    expected: `one of ${kinds.join(', ')}, or a method in capitals`,
    fits: (value) => typeof value === 'string' && (/^[A-Z]+$/.test(value) || kinds.some((kind) => kind === value)),
  },
  times: count,
}

function isJson(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isJson)
  if (isPlainObject(value)) return Object.values(value).every(isJson)
  return value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
}

/**
 * Checks a script and makes its entries whole.
 *
 * @throws TypeError that names the entry, counted from 1, what was expected and what came.
 */
export function readScript(script: unknown): readonly Step[] {
  if (!Array.isArray(script)) throw new TypeError(`Cannot read the fault script: expected a list, got ${show(script)}`)
  return script.map((entry: unknown, index) => readEntry(entry, `Cannot read entry ${index + 1} of the fault script`))
}

function readEntry(entry: unknown, cannot: string): Step {
  if (typeof entry === 'string') return readEntry({ fault: entry }, cannot)
  if (typeof entry === 'number') return readEntry({ fault: 'status', status: entry }, cannot)
  assertEntry(entry, cannot)
  const { on, times = 1, ...fault } = entry
  return { fault, on, times }
}

function assertEntry(entry: unknown, cannot: string): asserts entry is Fault & Placed {
  if (!isPlainObject(entry)) {
    throw new TypeError(`${cannot}: expected the name of a fault, a status, or an object, got ${show(entry)}`)
  }
  const name = entry['fault']
  const own = Object.entries(fields).find(([fault]) => fault === name)?.[1]
  if (!own) {
    const known = Object.keys(fields).join(', ')
    throw new TypeError(`${cannot}: expected "fault" to be one of ${known}, got ${show(name)}`)
  }
  const all = { ...own, ...placed }
  for (const [field, { expected, fits, needed }] of Object.entries(all)) {
    const value = entry[field]
    if (value === undefined ? needed : !fits(value)) {
      throw new TypeError(`${cannot}: expected "${field}" to be ${expected}, got ${show(value)}`)
    }
  }
  const stray = Object.keys(entry).find((field) => field !== 'fault' && !(field in all))
  if (stray !== undefined) throw new TypeError(`${cannot}: "${String(name)}" takes no "${stray}"`)
}

const show = (value: unknown): string => JSON.stringify(value) ?? String(value)
