import type { Entry, Script } from '@chunkwise/testing'
import fc from 'fast-check'

/** What people, the page, the browser and the server do besides requests. */
export type Act =
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'start'
  | 'retry'
  /** The page is closed, and opened again: the upload is restored, or the file added as if for the first time. */
  | 'restore'
  | 'add'
  /** Another page adds the same file while this one is open, and neither knows of the other. */
  | 'beside'
  | 'offline'
  | 'online'
  /** The server forgets what is unfinished. */
  | 'expire'

/**
 * What happens besides the requests, and when, counted from the one before. A step is where the client begins to wait for something
 * (a read, a hash, the store, a request), where that has come about and the client has yet to hear of it, and where it tells of
 * a change: so nothing has to be between two steps for a page to be closed, or for a person to call.
 */
export type Happening = ({ readonly afterMs: number } | { readonly afterSteps: number }) &
  (
    | { readonly what: Act }
    /** The server loses so many of its last bytes. */
    | { readonly what: 'roll'; readonly bytes: number }
  )

/** One course of things, whole: plain JSON, to be played again. */
export interface Schedule {
  /** Bytes of the file. */
  readonly size: number
  readonly chunk: number
  /** Whether the first chunk goes with the creation. */
  readonly first: boolean
  readonly settleMs: number
  /** Whether the app renews credentials that are refused; else the upload is paused. */
  readonly renews?: boolean
  readonly script: Script
  readonly happenings: readonly Happening[]
  /** Of delays and of chance. */
  readonly seed: number
}

const statuses = [401, 408, 423, 429, 500, 502, 503, 504]
const kinds = ['create', 'append', 'offset', 'complete'] as const

const oneOf = (...entries: readonly Entry[]): fc.Arbitrary<Entry> => fc.constantFrom(...entries)
const weighted = <Value>(...choices: readonly (readonly [number, fc.Arbitrary<Value>])[]): fc.Arbitrary<Value> =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })))

// What the network and the server do without losing anything that was confirmed.
const passing: fc.Arbitrary<Entry> = weighted(
  [6, fc.constant<Entry>('ok')],
  [4, oneOf('drop', 'lost', 'lost', 'duplicate')],
  [2, fc.nat(70).map<Entry>((after) => ({ fault: 'cut', after }))],
  [1, fc.integer({ min: 1, max: 3 }).map<Entry>((before) => ({ fault: 'late', before }))],
  [1, fc.constantFrom(1, 4, 1_000).map<Entry>((bytesPerSecond) => ({ fault: 'slow', bytesPerSecond }))],
  [2, fc.constantFrom(...statuses)],
  [1, fc.constant<Entry>({ fault: 'status', status: 503, headers: { 'Retry-After': '3' } })],
  [1, fc.constant<Entry>('html')],
  [1, fc.constant<Entry>({ fault: 'status', status: 200, body: { offset: '12abc' } })],
  [
    1,
    fc
      .tuple(fc.constantFrom(10, 3_000, 100_000), fc.constantFrom('request' as const, 'answer' as const))
      .map<Entry>(([ms, what]) => ({ fault: 'delay', ms, what })),
  ],
  [1, fc.tuple(fc.nat(70), fc.constantFrom(0, 5_000)).map<Entry>(([after, ms]) => ({ fault: 'kill', after, ms }))],
)

const destroying: fc.Arbitrary<Entry> = weighted(
  [1, fc.nat(200).map<Entry>((byte) => ({ fault: 'corrupt', byte, on: 'append' }))],
  [1, oneOf('gone', { fault: 'gone', on: 'append' }, { fault: 'gone', on: 'complete' })],
)

// Some are for one step: else a long script never gets to the finish.
function aimed(entry: Entry, kind: (typeof kinds)[number] | undefined): Entry {
  if (kind === undefined) return entry
  if (typeof entry === 'string') return { fault: entry, on: kind }
  if (typeof entry === 'number') return { fault: 'status', status: entry, on: kind }
  return entry.on === undefined ? { ...entry, on: kind } : entry
}

const entryOf = (faults: fc.Arbitrary<Entry>): fc.Arbitrary<Entry> =>
  fc
    .tuple(faults, fc.option(fc.constantFrom(...kinds), { nil: undefined, freq: 2 }))
    .map(([fault, kind]) => aimed(fault, kind))

const times = fc.constantFrom(0, 1, 20, 150, 1_000, 3_000, 30_000)

function happeningOf(acts: readonly (Act | 'roll')[]): fc.Arbitrary<Happening> {
  return fc
    .record({
      what: fc.constantFrom(...acts),
      when: fc.oneof(
        times.map((afterMs) => ({ afterMs })),
        fc.nat(40).map((afterSteps) => ({ afterSteps })),
      ),
      bytes: fc.integer({ min: 1, max: 40 }),
    })
    .map(({ what, when, bytes }) => (what === 'roll' ? { ...when, what, bytes } : { ...when, what }))
}

// Edges are common: no bytes, one, and whole chunks with one more or less.
const sizes: fc.Arbitrary<{ readonly chunk: number; readonly size: number }> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 64 })),
    fc.nat(3),
    fc.oneof(fc.integer({ min: -1, max: 1 }), fc.nat(63)),
  )
  .map(([chunk, chunks, more]) => ({ chunk, size: Math.max(0, Math.min(chunks * chunk + more, 3 * chunk + 1)) }))

interface Kind {
  readonly faults: fc.Arbitrary<Entry>
  readonly acts: readonly (Act | 'roll')[]
  readonly script?: number
  readonly happenings?: number
}

function schedules({ faults, acts, script = 14, happenings = 5 }: Kind): fc.Arbitrary<Schedule> {
  return fc
    .record({
      sizes,
      first: fc.boolean(),
      settleMs: fc.constantFrom(0, 2_000),
      renews: fc.boolean(),
      script: fc.array(entryOf(faults), { maxLength: script, size: 'max' }),
      happenings: fc.array(happeningOf(acts), { maxLength: happenings, size: 'max' }),
      seed: fc.nat(),
    })
    .map(({ sizes: { size, chunk }, ...rest }) => ({ size, chunk, ...rest }))
}

const acts = ['pause', 'resume', 'start', 'retry', 'restore', 'add', 'offline', 'online'] as const
const anyFault = weighted([9, passing], [1, destroying])

/** Everything may happen. */
export const anything: fc.Arbitrary<Schedule> = schedules({
  faults: anyFault,
  acts: [...acts, 'cancel', 'expire', 'roll', 'beside'],
})

/** Nothing is destroyed that the server has confirmed, nobody gives up, and each page is alone. */
export const harmless: fc.Arbitrary<Schedule> = schedules({ faults: passing, acts })

/** One fault after another, on a page that is alone. */
export const trying: fc.Arbitrary<Schedule> = schedules({
  ...{ faults: anyFault, acts: [...acts, 'expire', 'roll'], script: 30, happenings: 3 },
})

/** All of these: for who looks for a mistake of any kind. */
export const everything: fc.Arbitrary<Schedule> = fc.oneof(anything, harmless, trying)
