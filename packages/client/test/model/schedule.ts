import type { Entry, Script } from '@chunkwise/testing'
import fc from 'fast-check'

/** What happens besides the requests, and how many milliseconds after the one before. */
export interface Happening {
  readonly afterMs: number
  readonly what:
    | 'pause'
    | 'resume'
    | 'cancel'
    | 'start'
    | 'retry'
    /** The page is closed, and opened again: the upload is restored, or the file added as if for the first time. */
    | 'restore'
    | 'add'
    | 'offline'
    | 'online'
    /** The server forgets what is unfinished. */
    | 'expire'
    /** The server loses its last bytes. */
    | 'roll'
}

/** One course of things, whole: plain JSON, to be played again. */
export interface Schedule {
  /** Bytes of the file. */
  readonly size: number
  readonly chunk: number
  /** Whether the first chunk goes with the creation. */
  readonly first: boolean
  readonly settleMs: number
  readonly script: Script
  readonly happenings: readonly Happening[]
  /** Of delays and of chance. */
  readonly seed: number
}

const statuses = [401, 408, 423, 429, 500, 502, 503, 504]
const kinds = ['create', 'append', 'offset', 'complete'] as const

// What the network and the server do without losing anything that was confirmed.
const passing: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Entry>('ok') },
  { weight: 3, arbitrary: fc.constantFrom<Entry>('drop', 'lost', 'duplicate') },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 10 }).map<Entry>((after) => ({ fault: 'cut', after })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map<Entry>((before) => ({ fault: 'late', before })) },
  { weight: 2, arbitrary: fc.constantFrom(...statuses) },
  { weight: 1, arbitrary: fc.constant<Entry>({ fault: 'status', status: 503, headers: { 'Retry-After': '3' } }) },
  { weight: 1, arbitrary: fc.constant<Entry>('html') },
  { weight: 1, arbitrary: fc.constant<Entry>({ fault: 'status', status: 200, body: { offset: '12abc' } }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(10, 3_000, 100_000), fc.constantFrom('request' as const, 'answer' as const))
      .map<Entry>(([ms, what]) => ({ fault: 'delay', ms, what })),
  },
)

const destroying: fc.Arbitrary<Entry> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 40 }).map<Entry>((byte) => ({ fault: 'corrupt', byte, on: 'append' })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Entry>('gone', { fault: 'gone', on: 'append' }, { fault: 'gone', on: 'complete' }),
  },
)

// Some are for one step: else a long script never gets to the finish.
const aimed = (entry: Entry, kind: (typeof kinds)[number] | undefined): Entry => {
  if (kind === undefined) return entry
  if (typeof entry === 'string') return { fault: entry, on: kind }
  if (typeof entry === 'number') return { fault: 'status', status: entry, on: kind }
  return entry.on === undefined ? { ...entry, on: kind } : entry
}
const entry = (faults: fc.Arbitrary<Entry>): fc.Arbitrary<Entry> =>
  fc
    .tuple(faults, fc.option(fc.constantFrom(...kinds), { nil: undefined, freq: 2 }))
    .map(([fault, kind]) => aimed(fault, kind))

const happening = (whats: readonly Happening['what'][]): fc.Arbitrary<Happening> =>
  fc.record({ afterMs: fc.constantFrom(0, 1, 20, 150, 1_000, 3_000, 30_000), what: fc.constantFrom(...whats) })

function schedules(faults: fc.Arbitrary<Entry>, whats: readonly Happening['what'][]): fc.Arbitrary<Schedule> {
  return fc
    .record({
      chunk: fc.integer({ min: 1, max: 8 }),
      chunks: fc.integer({ min: 0, max: 4 }),
      more: fc.integer({ min: 0, max: 7 }),
      first: fc.boolean(),
      settleMs: fc.constantFrom(0, 2_000),
      script: fc.array(entry(faults), { maxLength: 14, size: 'max' }),
      happenings: fc.array(happening(whats), { maxLength: 5, size: 'max' }),
      seed: fc.nat(),
    })
    .map(({ chunks, more, ...rest }) => ({ ...rest, size: chunks * rest.chunk + (more % rest.chunk) }))
}

const acts = ['pause', 'resume', 'start', 'retry', 'restore', 'add', 'offline', 'online'] as const

/** Everything may happen. */
export const anything: fc.Arbitrary<Schedule> = schedules(
  fc.oneof({ weight: 9, arbitrary: passing }, { weight: 1, arbitrary: destroying }),
  [...acts, 'cancel', 'expire', 'roll'],
)

/** Nothing is destroyed that the server has confirmed, and nobody gives up. */
export const harmless: fc.Arbitrary<Schedule> = schedules(passing, acts)
