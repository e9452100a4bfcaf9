import { UploadError, type ErrorCode } from './errors.ts'
import { measure, speedOf, timeLeftAt, type Meter } from './progress.ts'
import { spent } from './standing.ts'
import type { Complete, Session, Unanswered, UploadRecord } from './types.ts'

/** Why an upload is paused: a person did it, sign in again, choose the file again, another tab holds it. */
export type PauseReason = 'user' | 'auth' | 'file' | 'tab'

/** What is true of an upload in every status. Sizes and offsets are bytes. */
export interface UploadFacts {
  readonly size: number
  /** Bytes the server has confirmed; only the server's word moves it. */
  readonly offset: number
  /** `offset` plus the bytes of the current chunk already on the wire: what a progress bar shows. */
  readonly sent: number
  /** Bytes that are hashed on this page, for the phase `hashing`. */
  readonly hashed: number
  /** The furthest `offset` ever was in this session. */
  readonly best: number
  /** Failures since `best` last grew. */
  readonly attempt: number
  /** When `best` last grew, or the work began (milliseconds since the epoch). */
  readonly since: number
  /** Times the server went back since `best` last grew. */
  readonly rewinds: number
  /** Sessions given up so far. */
  readonly restarts: number
  /** How many of them were given up before the last `retry`: they are not counted again. */
  readonly pardoned: number
  /** Whether one of them was given up because the checksum differed. */
  readonly poisoned: boolean
  /** What the server knows the upload by, once it does. */
  readonly session: Session | undefined
  /** The session given up last, until another is created. */
  readonly former: Session | undefined
  /** What went out whole and got no answer yet. */
  readonly unanswered: Unanswered | undefined
  /** Bytes per second from confirmed bytes; `undefined` until known. */
  readonly speed: number | undefined
  /** Seconds; `undefined` until known. */
  readonly timeLeft: number | undefined
  readonly meter: Meter
}

// So that every state can be asked what went wrong.
interface Fine {
  readonly error?: undefined
}

interface Particulars {
  idle: Fine
  queued: Fine
  preparing: Fine
  creating: Fine
  recovering: Fine & { readonly session: Session }
  uploading: Fine & { readonly session: Session }
  /** `hashing`: the checksum is not there yet. `verifying`: the server compares it. */
  completing: Fine & { readonly session: Session; readonly phase: 'hashing' | 'verifying' }
  /** `retryIn`: milliseconds, `Infinity` while offline. */
  waiting: { readonly error: UploadError; readonly retryIn: number }
  paused: { readonly reason: PauseReason; readonly error: UploadError | undefined }
  failed: { readonly error: UploadError }
  completed: Fine & Complete
  cancelled: Fine
}

export type Status = keyof Particulars

/** An upload in one status: the facts, and what belongs to that status alone. */
export type UploadStateOf<S extends Status> = UploadFacts & { readonly status: S } & Particulars[S]

/** The state of an upload: one immutable value. */
export type UploadState = { [S in Status]: UploadStateOf<S> }[Status]

interface Events {
  start: unknown
  slot: { readonly at: number }
  /** The size, which only the opened file tells for sure, and what an earlier visit left, if anything. */
  prepared: { readonly size: number; readonly found?: Found | undefined }
  progressed: {
    readonly sent?: number
    readonly hashed?: number
    readonly unanswered?: Unanswered
    readonly phase?: 'verifying'
  }
  created: Answered & { readonly session: Session }
  recovered: Answered
  acknowledged: Answered
  kept: { readonly session: Session }
  gone: unknown
  poisoned: unknown
  completed: { readonly complete: Complete }
  errored: { readonly error: UploadError; readonly retryIn: number | Exclude<PauseReason, 'user'> | undefined }
  elapsed: unknown
  online: unknown
  chosen: unknown
  followed: { readonly facts: Followed }
  pause: { readonly reason: 'user' | 'tab' }
  resume: unknown
  retry: unknown
  cancel: unknown
}

interface Answered {
  readonly session?: Session | undefined
  readonly offset: number
  readonly complete?: Complete | undefined
  readonly at: number
}

/** What a record says of an upload that was begun before. */
export type Found = Pick<UploadRecord, 'session' | 'offset' | 'restarts' | 'poisoned' | 'unanswered'>

/** What another tab says of an upload that it is sending. */
export type Followed = Pick<
  UploadFacts,
  'session' | 'offset' | 'sent' | 'restarts' | 'poisoned' | 'unanswered' | 'speed' | 'timeLeft'
>

export type EventType = keyof Events
export type UploadEvent = { [E in EventType]: { readonly type: E } & Events[E] }[EventType]

type Row<S extends Status> = { [E in EventType]?: (state: UploadStateOf<S>, event: Events[E]) => UploadState }
type Table = { readonly [S in Status]: Row<S> }

/** Sessions that may be given up before the upload fails. */
const mostRestarts = 3

/** Times the server may go back without net progress before the upload fails (F09). */
const mostRewinds = 3

/** What is wrong with the file itself stays wrong: a retry changes nothing. */
const hopeless: ReadonlySet<ErrorCode> = new Set([
  'empty-file',
  'is-directory',
  'file-too-small',
  'file-too-large',
  'file-type',
  'too-many-files',
])

const nothing: Found = { offset: 0, restarts: 0 }

/** The state of an upload before anything has happened to it. */
export function begin(size: number, found: Found = nothing): UploadStateOf<'idle'> {
  return {
    status: 'idle',
    size,
    hashed: 0,
    attempt: 0,
    since: 0,
    rewinds: 0,
    former: undefined,
    speed: undefined,
    timeLeft: undefined,
    meter: [],
    ...adopt(found),
  }
}

/** The state of an upload that an earlier visit left paused, or whose file must be chosen again. */
export const beginPaused = (size: number, found: Found, reason: 'user' | 'file'): UploadState =>
  pause(begin(size, found), { reason })

function adopt({ session, offset: remembered, restarts, poisoned = false, unanswered }: Found) {
  const offset = session ? remembered : 0
  const pardoned = Math.max(0, restarts - mostRestarts)
  return { session, offset, sent: offset, best: offset, restarts, pardoned, poisoned, unanswered }
}

// Where there is no session any more.
const fromZero = { session: undefined, offset: 0, sent: 0, best: 0, rewinds: 0, unanswered: undefined } as const

type Particular = 'status' | 'phase' | 'retryIn' | 'reason' | 'error' | keyof Complete

// What belonged to the former status alone stays behind; what is on the wire ends with the work that sent it, and so does the speed.
function rest(state: UploadState): UploadFacts {
  const {
    status,
    phase,
    retryIn,
    reason,
    error,
    url,
    answer,
    verified,
    ...facts
  }: UploadFacts & {
    readonly [Name in Particular]?: unknown
  } = state
  return { ...facts, sent: state.offset, speed: undefined, timeLeft: undefined, meter: [] }
}

// Of the session it has, an upload knows more than what is remembered of it.
const isNews = ({ session, former }: UploadState, found: Found): boolean =>
  !found.session || JSON.stringify(found.session) !== JSON.stringify(session ?? former)

const queue = (state: UploadState): UploadStateOf<'queued'> => ({ ...rest(state), status: 'queued' })
const cancel = (state: UploadState): UploadState => ({ ...rest(state), status: 'cancelled' })
const fail = (state: UploadState, code: ErrorCode, message: string): UploadState => ({
  ...rest(state),
  ...{ status: 'failed', error: new UploadError(code, message) },
})
const finish = (state: UploadState, complete: Complete): UploadState => ({
  ...rest(state),
  ...{ offset: state.size, sent: state.size, unanswered: undefined, timeLeft: 0 },
  ...{ status: 'completed', ...complete },
})
const completed = (state: UploadState, { complete }: Events['completed']): UploadState => finish(state, complete)
const pause = (state: UploadState, { reason }: { readonly reason: PauseReason }): UploadState => ({
  ...rest(state),
  ...{ status: 'paused', reason, error: undefined },
})

// After any pause, wait or reload the server is asked before anything is sent or finished.
function onward(state: UploadState): UploadState {
  const { session } = state
  return session
    ? { ...rest(state), status: 'recovering', session }
    : { ...rest(state), ...fromZero, status: 'creating' }
}

function confirm(state: UploadState, known: Session, { session = known, offset, complete, at }: Answered): UploadState {
  const { size, best } = state
  if (complete) {
    if (offset === size) return finish(state, complete)
    return fail(state, 'conflict', `Cannot complete: the server has ${offset} bytes of ${size}`)
  }
  const grown = offset > best
  const rewinds = grown ? 0 : state.rewinds + (offset < state.offset ? 1 : 0)
  if (rewinds > mostRewinds) {
    return fail(state, 'rewound', `Cannot go on: the server went back to offset ${offset} from ${best}`)
  }
  const meter = measure(state.meter, at, offset)
  const speed = speedOf(meter)
  const facts: UploadFacts & { session: Session } = {
    ...rest(state),
    ...{ session, former: undefined, offset, sent: offset, rewinds, meter, speed },
    timeLeft: timeLeftAt(speed, size - offset),
    ...(grown && { best: offset, attempt: 0, since: at }),
    // Where everything is there, an earlier finish may still be at work: only its own outcome answers it.
    unanswered: offset === size && state.unanswered === 'complete' ? 'complete' : undefined,
  }
  return offset < size ? { ...facts, status: 'uploading' } : { ...facts, status: 'completing', phase: 'hashing' }
}

// Without session, from 0. The session given up comes back if the creation is refused for want of credentials.
function restart(state: UploadState): UploadState {
  const restarts = state.restarts + 1
  const fresh: UploadStateOf<'creating'> = {
    ...rest(state),
    ...fromZero,
    ...{ restarts, former: state.session, status: 'creating' },
  }
  const counted = restarts - state.pardoned
  if (counted <= mostRestarts) return fresh
  return fail(fresh, 'gone', `Cannot go on: the server has forgotten this upload ${counted} times`)
}

// A poisoned session is good for nothing, not even for want of a better one.
function poison(state: UploadState): UploadState {
  if (!state.poisoned) return { ...restart(state), former: undefined, poisoned: true }
  return fail(state, 'checksum', 'Cannot complete: the checksum differs again')
}

function stumble(state: UploadState, { error, retryIn }: Events['errored']): UploadState {
  // An answer, though a refusal, has answered whatever went out.
  const answered = error.status !== undefined && error.status < 500
  const known: UploadFacts = { ...rest(state), unanswered: answered ? undefined : state.unanswered }
  if (retryIn === undefined) return { ...known, status: 'failed', error }
  if (typeof retryIn === 'number') {
    // Offline is nobody's fault: it is not counted, or a train tunnel would end the upload.
    const attempt = retryIn === Infinity ? state.attempt : state.attempt + 1
    return { ...known, status: 'waiting', attempt, error, retryIn }
  }
  const session = retryIn === 'auth' ? (state.session ?? state.former) : state.session
  return { ...known, session, status: 'paused', reason: retryIn, error }
}

// The same object if nothing changes.
const change = <S extends UploadFacts>(state: S, changes: Partial<UploadFacts & Particulars['completing']>): S =>
  Object.entries(changes).every(([name, value]) => Reflect.get(state, name) === value)
    ? state
    : { ...state, ...changes }

const progress = <S extends 'creating' | 'uploading' | 'completing'>(
  state: UploadStateOf<S>,
  { sent = 0, hashed = 0, unanswered = state.unanswered }: Events['progressed'],
): UploadStateOf<S> =>
  change(state, {
    // A browser may send a body again by itself, and its count begins anew; ours never goes back.
    sent: Math.min(Math.max(state.sent, sent), state.size),
    hashed: Math.max(state.hashed, hashed),
    unanswered,
  })

// What the server knows the upload by may change on the way.
const keep = <S extends 'recovering' | 'uploading' | 'completing'>(
  state: UploadStateOf<S>,
  { session }: Events['kept'],
): UploadStateOf<S> => ({ ...state, session })

const retry = (state: UploadStateOf<'failed'>): UploadState => {
  const { code } = state.error
  if (hopeless.has(code)) return state
  // One session more, or a server that knows this creation by its key would give back the old one.
  const restarts = state.restarts + (spent.has(code) ? 1 : 0)
  return {
    ...queue(state),
    ...{ attempt: 0, rewinds: 0, restarts, pardoned: restarts, poisoned: false },
    // What may be finished may also be in the way: it can still be cancelled.
    ...(spent.has(code) && { ...fromZero, former: code === 'unconfirmed' ? state.session : undefined }),
  }
}

const table: Table = {
  idle: { start: queue, cancel },
  queued: {
    slot: (state, { at }) => ({ ...rest(state), status: 'preparing', since: at }),
    completed,
    pause,
    cancel,
  },
  preparing: {
    prepared: (state, { size, found }) =>
      onward({ ...state, size, ...(found && isNews(state, found) && adopt(found)) }),
    completed,
    errored: stumble,
    pause,
    cancel,
  },
  creating: {
    progressed: progress,
    created: (state, event) => confirm(state, event.session, event),
    errored: stumble,
    pause,
    cancel,
  },
  recovering: {
    recovered: (state, event) => confirm(state, state.session, event),
    kept: keep,
    gone: restart,
    errored: stumble,
    pause,
    cancel,
  },
  uploading: {
    progressed: progress,
    acknowledged: (state, event) => confirm(state, state.session, event),
    kept: keep,
    gone: restart,
    errored: stumble,
    pause,
    cancel,
  },
  completing: {
    progressed: (state, event) => change(progress(state, event), { phase: event.phase ?? state.phase }),
    completed,
    recovered: (state, event) => confirm({ ...state, unanswered: undefined }, state.session, event),
    kept: keep,
    gone: restart,
    poisoned: poison,
    errored: stumble,
    pause,
    cancel,
  },
  waiting: {
    elapsed: onward,
    // The server's wish to be left alone is kept, whatever the network says.
    online: (state) => (state.error.retryAfterMs === undefined ? onward(state) : state),
    pause,
    cancel,
  },
  paused: {
    resume: queue,
    chosen: queue,
    followed: (state, { facts }) => ({ ...state, ...facts, best: facts.offset, reason: 'tab', error: undefined }),
    completed,
    // What happens in the tab that sends it.
    errored: stumble,
    pause: (state, event) => (state.reason === 'tab' ? pause(state, event) : state),
    cancel,
  },
  failed: { retry, cancel },
  completed: {},
  cancelled: {},
}

/** Whether an event of this type may mean anything in this state. */
export const can = (state: UploadState, type: EventType): boolean => type in table[state.status]

/** The state after an event; the same object if the event changes nothing. Pure. */
export function reduce(state: UploadState, event: UploadEvent): UploadState {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the row belongs to the status and the handler to the event; TypeScript cannot follow one look-up by two unions
  const row = table[state.status] as { [E in EventType]?: (state: UploadState, event: UploadEvent) => UploadState }
  return row[event.type]?.(state, event) ?? state
}
