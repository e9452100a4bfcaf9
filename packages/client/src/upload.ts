import { UploadError } from './errors.ts'
import { holdFile, type FileSurroundings, type HeldFile, type Input, type Origin } from './held-file.ts'
import { createListeners } from './listeners.ts'
import { begin, beginPaused, can, reduce, type UploadEvent, type UploadState } from './machine.ts'
import { isOnline } from './network.ts'
import { createOutcome, type Outcome } from './outcome.ts'
import { retryIn, type RetryPolicy } from './retry.ts'
import type { Seat, Tabs } from './seat.ts'
import { isFollowing } from './standing.ts'
import type { Complete, Resumability, UploadRecord } from './types.ts'
import { work, type Learnt, type Shared, type WorkTools } from './work.ts'

/** What `upload.finished` resolves to: the finished upload's address if it has one, the server's answer as it came. */
export type Finished = Complete

/** One file on its way, from `add` to its end. Every method is legal in every state, and does nothing where it means nothing. */
export interface Upload {
  readonly name: string
  readonly type: string
  /** Bytes; 0 for a handle that has not been opened yet. */
  readonly size: number
  /** How the file can be had again after a reload, as things stand. */
  readonly resumability: Resumability
  /**
   * Resolves when the server has called the upload complete. Rejects with an `UploadError` when it failed or was cancelled;
   * after `retry` it is another promise. A rejection that nobody listens to is not reported.
   */
  readonly finished: Promise<Finished>
  getState(): UploadState
  /** Calls the listener after each change, with the new state; gives back what ends that. */
  subscribe(listener: (state: UploadState) => void): () => void
  /** Begins, if `autoStart` is off. */
  start(): void
  pause(): void
  /** Goes on; from a click it may ask the person for permission to read the file again. */
  resume(): void
  /** After a failure: tries again, counting afresh. */
  retry(): void
  /** Stops for good. Resolves to whether the server confirmed that it dropped what it had; else it keeps it until it expires. */
  cancel(): Promise<boolean>
  /** Gives a paused upload its file again. Another file is refused, with the error `file-mismatch` in the state. */
  choose(file: Input): void
}

/** What happened besides the changes of state. */
export type UploadNotice =
  | { readonly type: 'restarted' | 'rewound'; readonly upload: Upload; readonly from: number; readonly to: number }
  | { readonly type: 'network-blocked'; readonly upload: Upload; readonly error: UploadError }
  | { readonly type: 'not-persistent'; readonly cause: unknown }

/** What an upload needs of its uploader. */
export interface Surroundings extends FileSurroundings, Shared {
  readonly retry: RetryPolicy
  notice(notice: UploadNotice): void
  /** The tabs of this browser, once their code is loaded; none where hashing is not ours. */
  tabs(): Tabs | undefined
  onChange(upload: InnerUpload, before: UploadState): void
}

/** An upload as its uploader sees it. */
export interface InnerUpload extends Upload {
  readonly file: HeldFile
  /** Takes part in what other tabs do, if it does not yet. */
  join(): Seat | undefined
  record(): UploadRecord
  dispatch(event: UploadEvent): void
}

type Work = (state: UploadState, tools: WorkTools) => Promise<void>

/** Holds one state, and starts and stops the work. `refusal` is why the file is not accepted. */
export function createUpload(origin: Origin, around: Surroundings, refusal?: UploadError): InnerUpload {
  const { clock, journal } = around
  const listeners = createListeners<UploadState>()
  const file = holdFile(origin, around, (hashed) => dispatch({ type: 'progressed', hashed }))
  const { known } = file
  const learnt: Learnt = { rules: {}, cut: undefined }
  let current: AbortController | undefined
  let state = initial(origin, known.size, refusal)
  let finished = createOutcome<Finished>()
  let dropped: Outcome<boolean> | undefined
  let seat: Seat | undefined
  // Answers in a row that could not be read.
  let unread = 0
  if (refusal) finished.reject(refusal)

  function dispatch(event: UploadEvent): void {
    const before = state
    state = reduce(before, event)
    if (state === before) return
    if (state.status !== before.status) enter(before)
    mirror(before)
    listeners.notify(state)
    around.onChange(upload, before)
  }

  // What has no work, as thousands in line, needs nothing to stop it by.
  function enter(before: UploadState): void {
    current?.abort()
    current = undefined
    settle(before)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the row belongs to the status; TypeScript cannot follow one look-up by the union of all states
    const run = work[state.status] as Work | undefined
    if (run) perform(run, (current = new AbortController()))
  }

  function perform(run: Work, { signal }: AbortController): void {
    const report = (event: UploadEvent): void => {
      if (!signal.aborted) dispatch(event)
    }
    const remember = async (): Promise<void> => {
      // What was dropped meanwhile must not come back.
      signal.throwIfAborted()
      await journal.write(record(), 'strict')
      signal.throwIfAborted()
    }
    const take = async (content: string): Promise<boolean | undefined> => {
      const fresh = await upload.join()?.take(content, signal)
      signal.throwIfAborted()
      return fresh
    }
    const onTerminated = (confirmed: boolean): void => dropped?.resolve(confirmed)
    // Of ten thousand uploads that are over nobody needs the seats.
    const leave = (): void => (seat = void seat?.leave())
    // It joins before it reads anything, so that nothing that other tabs say of it in the meantime is lost.
    const tools = { ...around, file, learnt, signal, seat: upload.join(), leave, take, report, remember, onTerminated }
    run(state, tools).catch((cause: unknown) => {
      if (!signal.aborted) dispatch(failure(cause))
    })
  }

  function settle(before: UploadState): void {
    if (state.status === 'completed')
      finished.resolve({ url: state.url, answer: state.answer, verified: state.verified })
    if (state.status === 'failed') finished.reject(state.error)
    if (state.status === 'cancelled')
      finished.reject(new UploadError('cancelled', `The upload of "${known.name}" was cancelled`))
    if (state.status === 'queued' && before.status === 'failed') finished = createOutcome()
    if (state.status === 'paused' || state.status === 'failed') file.rest(state.offset)
  }

  function failure(cause: unknown): UploadEvent {
    const error =
      cause instanceof UploadError
        ? cause
        : new UploadError('internal', `Cannot upload "${known.name}": ${String(cause)}`, { cause })
    if (error.code === 'blocked') around.notice({ type: 'network-blocked', upload, error })
    const circumstances = {
      attempt: state.attempt,
      unread: state.attempt > 0 ? unread : 0,
      stuckMs: clock.now() - state.since,
      online: isOnline(),
      random: clock.random(),
    }
    const next = retryIn(error, circumstances, around.retry)
    unread = error.code === 'malformed' ? circumstances.unread + 1 : 0
    if (next === 'file') file.release(error)
    return { type: 'errored', error, retryIn: next }
  }

  function record(): UploadRecord {
    const { offset, restarts, poisoned, unanswered } = state
    return {
      version: 1,
      endpoint: around.endpoint,
      protocol: around.protocol.name,
      owner: around.owner,
      ...file.record(offset),
      session: state.session ?? state.former,
      ...{ offset, restarts, poisoned, unanswered },
      paused: state.status === 'paused' && state.reason === 'user',
      updatedAt: clock.now(),
    }
  }

  // What a later visit must be able to go on from; everything else is only for the eye.
  function mirror(before: UploadState): void {
    const notice = state.restarts > before.restarts ? 'restarted' : state.offset < before.offset && 'rewound'
    if (notice) around.notice({ type: notice, upload, from: before.offset, to: state.offset })
    const rested = state.status === 'paused' || state.status === 'failed' || before.status === 'paused'
    // A hash that lags is remembered as it catches up, or a reload would hash confirmed bytes a second time.
    const caughtUp = state.hashed !== before.hashed && state.hashed <= state.offset
    const moved = state.session !== before.session || state.offset !== before.offset
    const changed = moved || caughtUp || (state.status !== before.status && rested)
    // What another tab sends is that tab's to remember.
    const ours = ![state, before].some(isFollowing)
    if (changed && ours && known.samples && can(state, 'cancel')) void journal.write(record(), 'relaxed')
    if (state.status === 'uploading' && before.status !== 'uploading' && current) void keepCopy(current.signal)
  }

  // Never in the way of sending, and only for what takes long enough to be interrupted.
  async function keepCopy(signal: AbortSignal): Promise<void> {
    if ((await file.keepCopy(signal)) && can(state, 'cancel')) void journal.write(record(), 'relaxed')
  }

  const upload: InnerUpload = {
    file,
    join: () => (seat ??= around.tabs()?.join(upload)),
    record,
    get name() {
      return known.name
    },
    get type() {
      return known.type
    },
    get size() {
      return state.size
    },
    get resumability() {
      return known.resumability
    },
    get finished() {
      return finished.promise
    },
    getState: () => state,
    subscribe: listeners.add,
    dispatch,
    start: () => dispatch({ type: 'start' }),
    pause: () => dispatch({ type: 'pause', reason: 'user' }),
    retry: () => dispatch({ type: 'retry' }),
    resume() {
      file.mayAsk = true
      dispatch({ type: 'resume' })
    },
    choose(input) {
      if (!can(state, 'chosen')) return
      file.take(input)
      dispatch({ type: 'chosen' })
    },
    async cancel() {
      if (state.status === 'completed') return false
      dropped ??= createOutcome()
      dispatch({ type: 'cancel' })
      return dropped.promise
    },
  }
  return upload
}

function initial({ record }: Origin, size: number, refusal: UploadError | undefined): UploadState {
  if (refusal) return { ...begin(size), status: 'failed', error: refusal }
  const reason = record?.paused ? 'user' : record?.resumability === 'reselect' ? 'file' : undefined
  return record && reason ? beginPaused(size, record, reason) : begin(size, record)
}
