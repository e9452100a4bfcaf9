import { objection } from './accept.ts'
import { beginPace } from './chunk-size.ts'
import { lazyHashing } from './checksum/lazy.ts'
import { UploadError } from './errors.ts'
import { fingerprintOf } from './fingerprint.ts'
import { createListeners } from './listeners.ts'
import type { Status, UploadState } from './machine.ts'
import { watchNetwork } from './network.ts'
import { resolve, type UploaderOptions } from './options.ts'
import { createJournal } from './persist.ts'
import { holdsSlot, next } from './queue.ts'
import { createRenewal } from './renewal.ts'
import { createSender } from './request.ts'
import { factsOf } from './source.ts'
import { indexedDbStore } from './stores/indexed-db.ts'
import type { Protocol, UploadRecord } from './types.ts'
import type { Input } from './held-file.ts'
import { createUpload, type InnerUpload, type Surroundings, type Upload, type UploadNotice } from './upload.ts'

/** All uploads of an uploader in one immutable value. Sizes are bytes. */
export interface UploaderState {
  /** In the order of the queue. */
  readonly uploads: readonly Upload[]
  /** Over all uploads but the cancelled ones and those that never began because they were refused. */
  readonly size: number
  readonly offset: number
  readonly sent: number
  /** Bytes per second over all; `undefined` until known. */
  readonly speed: number | undefined
  /** Seconds until all that is not paused is there; `undefined` until known. */
  readonly timeLeft: number | undefined
  /** How many uploads are in each status. */
  readonly count: Readonly<Partial<Record<Status, number>>>
}

/** Holds many uploads and their queue. */
export interface Uploader {
  /**
   * Adds a file, and begins as soon as a slot is free. A file that an earlier visit began goes on from there; one that is
   * under way on this page is the same upload. A file that the restrictions refuse gives an upload in `failed`; this
   * never throws for a file.
   *
   * @throws TypeError if `file` is no `File`, `Blob` or `FileSystemFileHandle`.
   */
  add(file: File | Blob | FileSystemFileHandle): Upload
  /** What earlier visits left unfinished: what can goes on by itself, the rest is paused and says why. */
  restore(): Promise<readonly Upload[]>
  getState(): UploaderState
  /** Calls the listener after changes of any upload, at most once a frame, and gives back what ends that. */
  subscribe(listener: (state: UploaderState) => void): () => void
  /** Tells what happened besides the changes of state. */
  on(listener: (notice: UploadNotice) => void): () => void
  pauseAll(): void
  /** Resumes what a person paused. */
  resumeAll(): void
  /** Moves an upload to a place in the queue; 0 goes first. */
  move(upload: Upload, place: number): void
  /** Takes an ended upload off the list. */
  remove(upload: Upload): void
}

const ended: ReadonlySet<Status> = new Set(['completed', 'cancelled', 'failed'])

export function createUploader(options: UploaderOptions & { readonly protocol: Protocol }): Uploader {
  const settings = resolve(options)
  const { clock, endpoint, owner, protocol, copies } = settings
  const listeners = createListeners<UploaderState>()
  const notices = createListeners<UploadNotice>()
  const store = settings.store === false ? undefined : (settings.store ?? indexedDbStore())
  const journal = createJournal(store, (cause) => notices.notify({ type: 'not-persistent', cause }), clock)
  const load = async () => (await import('./checksum/hashing.ts')).hashingOfPage({ workerUrl: settings.workerUrl })
  const hashing = settings.hashing ?? lazyHashing(load)
  // In the order of the queue.
  let all = new Set<InnerUpload>()
  let line = new Set<InnerUpload>()
  const active = new Set<InnerUpload>()
  const byFingerprint = new Map<string, InnerUpload>()
  const byInput = new WeakMap<object, InnerUpload>()
  const claimed = new Set<string>()
  let copied = 0
  let earlier: Promise<readonly UploadRecord[]> | undefined
  let stopWatching: (() => void) | undefined
  let snapshot: UploaderState | undefined
  let [serving, telling] = [false, false]

  const around: Surroundings = {
    ...{ ...settings, journal, hashing, onChange },
    notice: notices.notify,
    sender: createSender(settings),
    renewal: createRenewal(settings.onUnauthorized),
    pace: beginPace(settings.chunkSize),
    async recall(fingerprint, samples, signal) {
      earlier ??= journal.list()
      const records = await earlier
      signal.throwIfAborted()
      const found = records.find(
        (record) =>
          record.fingerprint === fingerprint &&
          isFree(record) &&
          (record.samples ?? samples).join() === samples.join(),
      )
      if (found) claimed.add(found.key)
      return found
    },
    async mayCopy(size) {
      const records = size > copies.file ? [] : await journal.list()
      const kept = records.reduce((sum, record) => sum + (record.resumability === 'copy' ? record.size : 0), size)
      const may = size <= copies.file && Math.max(kept, copied + size) <= copies.total
      if (may) copied += size
      return may
    },
  }

  // Whether it is one of ours that no upload of this page goes on from.
  const isFree = (record: UploadRecord): boolean =>
    record.endpoint === endpoint &&
    record.owner === owner &&
    record.protocol === protocol.name &&
    !claimed.has(record.key)

  function onChange(upload: InnerUpload, before: UploadState): void {
    const state = upload.getState()
    if (state.status !== before.status) {
      put(line, upload, state.status === 'queued')
      put(active, upload, holdsSlot(state))
      index(upload)
      schedule()
    }
    tell()
  }

  function index(upload: InnerUpload): void {
    const { fingerprint } = upload.file.known
    const known = byFingerprint.get(fingerprint)
    const isOver = ended.has(upload.getState().status)
    if (isOver && known === upload) byFingerprint.delete(fingerprint)
    if (!isOver && !known) byFingerprint.set(fingerprint, upload)
  }

  // The line is served after the change that freed a slot is over and told.
  function schedule(): void {
    if (!serving) queueMicrotask(serve)
    serving = true
  }

  function serve(): void {
    serving = false
    for (const upload of next(line, active.size, settings.concurrency)) upload.dispatch({ type: 'slot', at: clock.now() })
    // Who has nothing to wake listens to nothing.
    if (active.size > 0) stopWatching ??= watchNetwork(() => active.forEach((upload) => upload.dispatch({ type: 'online' })))
    else stopWatching = void stopWatching?.()
  }

  function tell(): void {
    snapshot = undefined
    if (!telling) void soon().then(told)
    telling = true
  }

  function told(): void {
    telling = false
    listeners.notify(getState())
  }

  function getState(): UploaderState {
    return (snapshot ??= sum([...all]))
  }

  function create(input: Input): InnerUpload {
    const upload = createUpload({ input }, around, input instanceof Blob ? refusalOf(input) : undefined)
    byInput.set(input, upload)
    return enlist(upload, settings.autoStart)
  }

  function refusalOf(file: Blob): UploadError | undefined {
    const facts = factsOf(file)
    const { maxFiles } = settings
    const unfinished = (): number => [...all].filter((upload) => !ended.has(upload.getState().status)).length
    if (maxFiles === Infinity || unfinished() < maxFiles) return objection(facts, settings)
    return new UploadError('too-many-files', `Cannot upload "${facts.name}": ${maxFiles} at a time are allowed`)
  }

  function enlist(upload: InnerUpload, start: boolean): InnerUpload {
    all.add(upload)
    claimed.add(upload.file.known.key)
    index(upload)
    if (upload.getState().status === 'idle') {
      // One batched write for all that is added in one go.
      if (upload.size > 0) void journal.write(upload.record(), 'relaxed')
      if (start) upload.start()
    }
    tell()
    return upload
  }

  // The same name, size and date are very likely the same file; what it holds decides.
  async function tellApart(upload: InnerUpload, file: Blob): Promise<void> {
    const { signal } = new AbortController()
    const { known, input } = upload.file
    const wanting = upload.getState().status === 'paused' && !input
    try {
      await hashing.ready(undefined, signal)
      const ours = known.samples ?? (await hashing.samples(input instanceof Blob ? input : file, signal))
      if (ours.join() !== (await hashing.samples(file, signal)).join()) create(file)
      else if (wanting) upload.choose(file)
    } catch {
      // A file that cannot be read tells so itself, as an upload of its own.
      create(file)
    }
  }

  return {
    add(file) {
      if (!(file instanceof Blob) && !isHandle(file)) {
        throw new TypeError(`Cannot add: expected a File, Blob or FileSystemFileHandle, got ${String(file)}`)
      }
      const added = byInput.get(file)
      if (added && !ended.has(added.getState().status)) return added
      const alike = file instanceof File ? byFingerprint.get(fingerprintOf(factsOf(file), settings)) : undefined
      if (!alike || !(file instanceof Blob)) return create(file)
      void tellApart(alike, file)
      return alike
    },
    async restore() {
      const records = (await journal.list()).filter(isFree)
      return records
        .toSorted((one, other) => one.createdAt - other.createdAt)
        .map((record) => enlist(createUpload({ record }, around), true))
    },
    getState,
    subscribe: listeners.add,
    on: notices.add,
    pauseAll: () => all.forEach((upload) => upload.pause()),
    resumeAll() {
      for (const upload of all) {
        const state = upload.getState()
        if (state.status === 'paused' && state.reason === 'user') upload.resume()
      }
    },
    move(upload, place) {
      const order = [...all]
      const from = order.findIndex((other) => other === upload)
      if (from >= 0) order.splice(place, 0, ...order.splice(from, 1))
      all = new Set(order)
      line = new Set(order.filter((each) => line.has(each)))
      tell()
    },
    remove(upload) {
      if (ended.has(upload.getState().status)) all = new Set([...all].filter((other) => other !== upload))
      tell()
    },
  }
}

function put<Item>(set: Set<Item>, item: Item, isIn: boolean): void {
  if (isIn) set.add(item)
  else set.delete(item)
}

const isHandle = (value: unknown): value is FileSystemFileHandle =>
  typeof value === 'object' && value !== null && 'getFile' in value

// Once a frame is what an eye can follow; a hidden page has no frames.
function soon(): Promise<unknown> {
  const visible = typeof document === 'object' && document.visibilityState === 'visible'
  return new Promise((resolve) => (visible ? requestAnimationFrame(resolve) : setTimeout(resolve, 16)))
}

function sum(uploads: readonly InnerUpload[]): UploaderState {
  const count: Partial<Record<Status, number>> = {}
  let [size, offset, sent, left, speed] = [0, 0, 0, 0, 0]
  for (const upload of uploads) {
    const state = upload.getState()
    const { status } = state
    count[status] = (count[status] ?? 0) + 1
    if (status === 'cancelled') continue
    size += state.size
    offset += state.offset
    sent += state.sent
    speed += state.speed ?? 0
    if (!ended.has(status) && status !== 'paused') left += state.size - state.offset
  }
  const known = speed > 0 ? { speed, timeLeft: left / speed } : { speed: undefined, timeLeft: undefined }
  return { uploads, size, offset, sent, ...known, count }
}
