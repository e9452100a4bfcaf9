import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFollowing, keepsPlace } from './standing.ts'
import { UploadError } from './errors.ts'
import {
  begin,
  beginPaused,
  can,
  reduce,
  type EventType,
  type Followed,
  type Status,
  type UploadEvent,
  type UploadState,
} from './machine.ts'

const size = 100
const session = { url: 'https://example.com/uploads/1/' }
const network = new UploadError('network', 'Cannot reach example.com')
const complete = { url: session.url, answer: {}, verified: true }
const found = { session, offset: 40, restarts: 0, poisoned: false, unanswered: undefined }

const facts: Followed = {
  ...{ session, offset: 50, sent: 60, restarts: 0, poisoned: false, unanswered: undefined, speed: 5, timeLeft: 10 },
}

const run = (...events: UploadEvent[]): UploadState => events.reduce(reduce, begin(size))
const toCreating: UploadEvent[] = [{ type: 'start' }, { type: 'slot', at: 0 }, { type: 'prepared', size }]
const toUploading: UploadEvent[] = [...toCreating, { type: 'created', session, offset: 10, at: 0 }]
const toCompleting: UploadEvent[] = [...toUploading, { type: 'acknowledged', offset: size, at: 1000 }]
const errored = (retryIn: number | 'auth' | 'file' | 'tab' | undefined, error = network): UploadEvent => ({
  type: 'errored',
  error,
  retryIn,
})

const inStatus: Readonly<Record<Status, UploadState>> = {
  idle: begin(size),
  queued: run({ type: 'start' }),
  preparing: run({ type: 'start' }, { type: 'slot', at: 0 }),
  creating: run(...toCreating),
  recovering: run({ type: 'start' }, { type: 'slot', at: 0 }, { type: 'prepared', size, found }),
  uploading: run(...toUploading),
  completing: run(...toCompleting),
  waiting: run(...toUploading, errored(1000)),
  paused: run(...toUploading, { type: 'pause', reason: 'user' }),
  failed: run(...toUploading, errored(undefined)),
  completed: run(...toCompleting, { type: 'completed', complete }),
  cancelled: run(...toUploading, { type: 'cancel' }),
}

// The table of the documentation, word for word: what each status listens to, and where it leads.
const rows: Readonly<Record<Status, Partial<Record<EventType, Status>>>> = {
  idle: { start: 'queued', cancel: 'cancelled' },
  queued: { slot: 'preparing', completed: 'completed', pause: 'paused', cancel: 'cancelled' },
  preparing: {
    ...{ prepared: 'creating', completed: 'completed', errored: 'waiting' },
    ...{ pause: 'paused', cancel: 'cancelled' },
  },
  creating: { progressed: 'creating', created: 'uploading', errored: 'waiting', pause: 'paused', cancel: 'cancelled' },
  recovering: {
    ...{ recovered: 'uploading', kept: 'recovering', gone: 'creating', errored: 'waiting' },
    ...{ pause: 'paused', cancel: 'cancelled' },
  },
  uploading: {
    ...{ progressed: 'uploading', acknowledged: 'uploading', kept: 'uploading', gone: 'creating', errored: 'waiting' },
    ...{ pause: 'paused', cancel: 'cancelled' },
  },
  completing: {
    ...{ progressed: 'completing', completed: 'completed', recovered: 'uploading', kept: 'completing' },
    gone: 'creating',
    ...{ poisoned: 'creating', errored: 'waiting', pause: 'paused', cancel: 'cancelled' },
  },
  waiting: { elapsed: 'recovering', online: 'recovering', pause: 'paused', cancel: 'cancelled' },
  paused: {
    ...{ resume: 'queued', chosen: 'queued', followed: 'paused', completed: 'completed' },
    ...{ errored: 'waiting', pause: 'paused' },
    cancel: 'cancelled',
  },
  failed: { retry: 'queued', cancel: 'cancelled' },
  completed: {},
  cancelled: {},
}

const example: { readonly [E in EventType]: UploadEvent } = {
  start: { type: 'start' },
  slot: { type: 'slot', at: 5 },
  prepared: { type: 'prepared', size },
  progressed: { type: 'progressed', sent: 60 },
  created: { type: 'created', session, offset: 20, at: 5 },
  recovered: { type: 'recovered', offset: 20, at: 5 },
  acknowledged: { type: 'acknowledged', offset: 20, at: 5 },
  kept: { type: 'kept', session: { url: 'b' } },
  gone: { type: 'gone' },
  poisoned: { type: 'poisoned' },
  completed: { type: 'completed', complete },
  errored: errored(1000),
  elapsed: { type: 'elapsed' },
  online: { type: 'online' },
  chosen: { type: 'chosen' },
  followed: { type: 'followed', facts },
  pause: { type: 'pause', reason: 'user' },
  resume: { type: 'resume' },
  retry: { type: 'retry' },
  cancel: { type: 'cancel' },
}
const types = Object.keys(example) as EventType[]

describe('the table', () => {
  test.each(Object.keys(rows) as Status[])('%s', (status) => {
    const state = inStatus[status]
    expect(state.status).toBe(status)
    for (const type of types) {
      const next = reduce(state, example[type])
      const expected = rows[status][type]
      expect([type, can(state, type)]).toEqual([type, expected !== undefined])
      if (expected) expect([type, next.status]).toEqual([type, expected])
      else expect(next, type).toBe(state)
    }
  })

  test('whenever it gets a slot an upload is prepared: another tab may have had it meanwhile', () => {
    const queued = reduce(inStatus.paused, { type: 'resume' })
    const preparing = reduce(queued, { type: 'slot', at: 9 })
    expect(preparing).toMatchObject({ status: 'preparing', since: 9 })
    expect(reduce(preparing, { type: 'prepared', size })).toMatchObject({ status: 'recovering', session, offset: 10 })
  })

  test('an upload of an earlier visit goes on from its session, and shows what was confirmed', () => {
    const state = beginPaused(size, found, 'file')
    expect(state).toMatchObject({ status: 'paused', reason: 'file', offset: 40, sent: 40 })
    const events: UploadEvent[] = [{ type: 'chosen' }, { type: 'slot', at: 0 }, { type: 'prepared', size }]
    expect(events.reduce(reduce, state)).toMatchObject({ status: 'recovering', session, offset: 40 })
  })

  test('what is answered as complete is completed, wherever the answer comes', () => {
    const whole = { offset: size, complete, at: 1 }
    expect(reduce(inStatus.creating, { type: 'created', session, ...whole }).status).toBe('completed')
    expect(reduce(inStatus.recovering, { type: 'recovered', ...whole }).status).toBe('completed')
    expect(reduce(inStatus.uploading, { type: 'acknowledged', ...whole })).toMatchObject({
      ...{ status: 'completed', verified: true, offset: size, sent: size, timeLeft: 0 },
    })
  })

  test('a truncated upload that the server calls complete is a failure (I01)', () => {
    const state = reduce(inStatus.recovering, { type: 'recovered', offset: 60, complete, at: 1 })
    expect(state).toMatchObject({ status: 'failed', error: { code: 'conflict' } })
  })

  test('no bytes left means completing; bytes missing after all mean uploading again', () => {
    expect(inStatus.completing).toMatchObject({ phase: 'hashing', offset: size })
    expect(reduce(inStatus.completing, { type: 'recovered', offset: 70, at: 1 })).toMatchObject({
      status: 'uploading',
      offset: 70,
    })
    expect(reduce(inStatus.completing, { type: 'progressed', phase: 'verifying' })).toMatchObject({
      phase: 'verifying',
    })
  })
})

describe('an upload that another tab sends (F67)', () => {
  const following = reduce(inStatus.paused, example.followed)

  test('shows how far that tab is, whatever it was paused for', () => {
    expect(following).toMatchObject({ status: 'paused', reason: 'tab', offset: 50, sent: 60, best: 50, speed: 5 })
    expect(isFollowing(following)).toBe(true)
    const forFile = reduce(inStatus.creating, errored('file'))
    expect(reduce(forFile, example.followed)).toMatchObject({ reason: 'tab', session, error: undefined })
  })

  test('can be paused, and fails as it does there', () => {
    expect(can(following, 'pause')).toBe(true)
    expect(reduce(following, example.pause)).toMatchObject({ status: 'paused', reason: 'user', offset: 50 })
    expect(reduce(following, errored(undefined))).toMatchObject({ status: 'failed', error: network })
  })

  test('is not the one that a server has no place for', () => {
    const busy = reduce(inStatus.creating, errored('tab'))
    expect(busy).toMatchObject({ status: 'paused', reason: 'tab', error: network })
    expect(isFollowing(busy)).toBe(false)
  })

  test('goes on with what is remembered, if that is another session than it knows of', () => {
    const toPreparing: UploadEvent[] = [{ type: 'resume' }, { type: 'slot', at: 9 }]
    const preparing = toPreparing.reduce(reduce, following)
    expect(reduce(preparing, { type: 'prepared', size, found })).toMatchObject({ status: 'recovering', offset: 50 })
    const other = { ...found, session: { url: 'b' }, restarts: 1 }
    expect(reduce(preparing, { type: 'prepared', size, found: other })).toMatchObject({
      ...{ status: 'recovering', offset: 40, session: other.session, restarts: 1 },
    })
  })
})

test('the only place of a far end is kept by who has a session there and may still go on from it', () => {
  const spent = new UploadError('refused', 'This is no film')
  const inPlace: UploadState[] = [inStatus.paused, inStatus.failed, inStatus.cancelled]
  const elsewhere: UploadState[] = [
    ...[inStatus.idle, inStatus.queued, inStatus.completed, run({ type: 'start' }, { type: 'cancel' })],
    reduce(inStatus.creating, { type: 'pause', reason: 'user' }),
    reduce(inStatus.completing, errored(undefined, spent)),
  ]
  expect(inPlace.map(keepsPlace)).toEqual([true, true, true])
  expect(elsewhere.map(keepsPlace)).not.toContain(true)
})

test('an upload whose finish nobody has confirmed may be in the way: after a retry it can still be cancelled', () => {
  const failed = (code: 'unconfirmed' | 'refused'): UploadState =>
    reduce(inStatus.completing, errored(undefined, new UploadError(code, 'Cannot complete')))
  expect(reduce(failed('unconfirmed'), { type: 'retry' })).toMatchObject({ session: undefined, former: session })
  expect(reduce(failed('refused'), { type: 'retry' }).former).toBeUndefined()
})

describe('sessions', () => {
  test('what the server knows an upload by may change on the way, and nothing else does with it', () => {
    const state = reduce(inStatus.uploading, { type: 'kept', session: { url: 'b' } })
    expect(state).toEqual({ ...inStatus.uploading, session: { url: 'b' } })
  })

  test('gone: without session, from 0, one restart more, the old one kept until another is created', () => {
    const state = reduce(inStatus.uploading, { type: 'gone' })
    expect(state).toMatchObject({ status: 'creating', offset: 0, sent: 0, best: 0, restarts: 1, former: session })
    expect(state.session).toBeUndefined()
    expect(reduce(state, { type: 'created', session: { url: 'b' }, offset: 0, at: 0 }).former).toBeUndefined()
  })

  test('the old session comes back if the creation is refused for want of credentials', () => {
    const state = reduce(reduce(inStatus.uploading, { type: 'gone' }), errored('auth'))
    expect(state).toMatchObject({ status: 'paused', reason: 'auth', session })
  })

  test('after three restarts the fourth loss is a failure (F11)', () => {
    let state = inStatus.uploading
    for (let lost = 1; lost <= 3; lost++) {
      state = reduce(state, { type: 'gone' })
      expect(state).toMatchObject({ status: 'creating', restarts: lost })
      state = reduce(state, { type: 'created', session, offset: 10, at: 0 })
    }
    expect(reduce(state, { type: 'gone' })).toMatchObject({ status: 'failed', error: { code: 'gone' } })
  })

  test('poisoned: begun again once, and then no more', () => {
    const once = reduce(inStatus.completing, { type: 'poisoned' })
    expect(once).toMatchObject({ status: 'creating', poisoned: true, restarts: 1, former: undefined })
    const twice = [
      { type: 'created', session, offset: size, at: 0 } as const,
      { type: 'poisoned' } as const,
    ].reduce<UploadState>(reduce, once)
    expect(twice).toMatchObject({ status: 'failed', error: { code: 'checksum' } })
  })

  test.each(['gone', 'checksum', 'refused', 'unconfirmed'] as const)(
    'a retry after %s begins without the session',
    (code) => {
      const state = reduce(reduce(inStatus.completing, errored(undefined, new UploadError(code, ''))), {
        type: 'retry',
      })
      expect(state).toMatchObject({ status: 'queued', session: undefined, offset: 0, attempt: 0, restarts: 1 })
    },
  )

  test('… and may lose three more; a reload forgives no more than that', () => {
    const lost = (from: UploadState, times: number): UploadState => {
      let state = from
      for (let time = 0; time < times; time++) {
        state = reduce(reduce(state, { type: 'created', session, offset: 10, at: 0 }), { type: 'gone' })
      }
      return state
    }
    const creating = run(...toCreating)
    const failed = lost(creating, 4)
    const again = [{ type: 'retry' }, { type: 'slot', at: 0 }, { type: 'prepared', size }] as const
    expect(lost(again.reduce<UploadState>(reduce, failed), 3)).toMatchObject({ status: 'creating', restarts: 8 })
    expect(lost(again.reduce<UploadState>(reduce, failed), 4)).toMatchObject({
      status: 'failed',
      error: { code: 'gone' },
    })
    const reloaded = run(
      { type: 'start' },
      { type: 'slot', at: 0 },
      { type: 'prepared', size, found: { ...found, restarts: 8 } },
    )
    expect(reduce(reloaded, { type: 'gone' })).toMatchObject({ status: 'failed', error: { code: 'gone' } })
  })

  test('a retry after another failure keeps the session', () => {
    expect(reduce(inStatus.failed, { type: 'retry' })).toMatchObject({ status: 'queued', session, offset: 10 })
  })

  test('a retry of a file that is not accepted changes nothing', () => {
    const state = reduce(inStatus.preparing, errored(undefined, new UploadError('empty-file', '')))
    expect(reduce(state, { type: 'retry' })).toBe(state)
  })
})

describe('counting', () => {
  test('failures are counted until the best offset grows', () => {
    let state = inStatus.uploading
    for (let failure = 1; failure <= 3; failure++) {
      state = reduce(state, errored(1))
      expect(state.attempt).toBe(failure)
      state = reduce(reduce(state, { type: 'elapsed' }), { type: 'recovered', offset: 10, at: 1 })
      expect(state.attempt).toBe(failure)
    }
    expect(reduce(state, { type: 'acknowledged', offset: 20, at: 7 })).toMatchObject({ attempt: 0, since: 7, best: 20 })
  })

  test('offline is not counted (F27)', () => {
    expect(reduce(inStatus.uploading, errored(Infinity))).toMatchObject({ status: 'waiting', attempt: 0 })
  })

  test('the server may go back three times without net progress, and no more (F09)', () => {
    let state: UploadState = reduce(inStatus.uploading, { type: 'acknowledged', offset: 90, at: 0 })
    for (let rewind = 1; rewind <= 3; rewind++) {
      state = reduce(state, { type: 'acknowledged', offset: 90 - rewind, at: 0 })
      expect(state).toMatchObject({ status: 'uploading', rewinds: rewind })
    }
    expect(reduce(state, { type: 'acknowledged', offset: 5, at: 0 })).toMatchObject({
      ...{ status: 'failed', error: { code: 'rewound' } },
    })
  })

  test('the wish of a server to be left alone outlasts coming online (I12)', () => {
    const busy = new UploadError('throttled', '', { status: 429, retryAfterMs: 5000 })
    const state = reduce(inStatus.uploading, errored(5000, busy))
    expect(reduce(state, { type: 'online' })).toBe(state)
    expect(reduce(state, { type: 'elapsed' }).status).toBe('recovering')
  })
})

describe('what went unanswered', () => {
  const verifying = reduce(inStatus.completing, { type: 'progressed', phase: 'verifying', unanswered: 'complete' })

  test('a finish stays unanswered until its own outcome is known', () => {
    const asked = [errored(1), { type: 'elapsed' } as const].reduce<UploadState>(reduce, verifying)
    expect(reduce(asked, { type: 'recovered', offset: size, at: 1 })).toMatchObject({
      ...{ status: 'completing', unanswered: 'complete' },
    })
    expect(reduce(asked, { type: 'recovered', offset: 50, at: 1 }).unanswered).toBeUndefined()
  })

  test('a refusal answers it, a failing server does not', () => {
    const refused = new UploadError('unauthorized', '', { status: 401 })
    expect(reduce(verifying, errored('auth', refused)).unanswered).toBeUndefined()
    const failing = new UploadError('server', '', { status: 504 })
    expect(reduce(verifying, errored(1, failing)).unanswered).toBe('complete')
  })

  test('a chunk is answered by any offset', () => {
    const state = reduce(inStatus.uploading, { type: 'progressed', unanswered: 'chunk' })
    expect(state.unanswered).toBe('chunk')
    expect(reduce(state, { type: 'acknowledged', offset: 20, at: 0 }).unanswered).toBeUndefined()
  })
})

describe('progress', () => {
  test('never goes back by itself, and never beyond the file (F23)', () => {
    const state = reduce(inStatus.uploading, { type: 'progressed', sent: 60 })
    expect(state.sent).toBe(60)
    expect(reduce(state, { type: 'progressed', sent: 30 })).toBe(state)
    expect(reduce(state, { type: 'progressed', sent: 1000 }).sent).toBe(size)
    expect(reduce(state, { type: 'pause', reason: 'user' })).toMatchObject({ sent: 10, speed: undefined })
  })

  test('speed and time left come from confirmed bytes', () => {
    const state = reduce(inStatus.uploading, { type: 'acknowledged', offset: 60, at: 1000 })
    expect(state).toMatchObject({ speed: 50, timeLeft: 0.8 })
    expect(inStatus.uploading.speed).toBeUndefined()
  })
})

test('under any events every state is sound', () => {
  const offset = fc.integer({ min: 0, max: size })
  const event: fc.Arbitrary<UploadEvent> = fc.oneof(
    fc.constantFrom(...Object.values(example)),
    fc.record({ type: fc.constantFrom('recovered' as const, 'acknowledged' as const), offset, at: fc.nat() }),
    fc.record({ type: fc.constant('created' as const), session: fc.constant(session), offset, at: fc.nat() }),
    fc.record({ type: fc.constant('progressed' as const), sent: fc.integer({ min: -10, max: 200 }) }),
    fc.constantFrom(1000, Infinity, 'auth' as const, 'file' as const, undefined).map((retryIn) => errored(retryIn)),
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let state: UploadState = begin(size)
      for (const each of events) {
        // A state is a value: a frozen one can be reduced as well.
        const before = Object.freeze(state)
        state = reduce(before, each)
        expect(state.offset).toBeLessThanOrEqual(state.size)
        expect(state.sent).toBeGreaterThanOrEqual(state.offset)
        expect(state.sent).toBeLessThanOrEqual(state.size)
        expect(state.best).toBeGreaterThanOrEqual(
          state.offset === state.size && state.status === 'completed' ? 0 : state.offset,
        )
        expect(state.restarts - state.pardoned).toBeLessThanOrEqual(4)
        if (['uploading', 'recovering', 'completing'].includes(state.status)) expect(state.session).toBeDefined()
        if (state.status === 'uploading') expect(state.offset).toBeLessThan(state.size)
        if (['completed', 'cancelled'].includes(before.status)) expect(state).toBe(before)
      }
    }),
    { numRuns: 500 },
  )
})
