import { objection } from './accept.ts'
import { beginPace } from './chunk-size.ts'
import { lazyHashing } from './checksum/lazy.ts'
import { loadHashing } from './checksum/load.ts'
import { UploadError } from './errors.ts'
import { factsOf, fingerprintOf } from './fingerprint.ts'
import { createListeners } from './listeners.ts'
import type { Status, UploadState } from './machine.ts'
import { createKeys } from './keys.ts'
import { watchNetwork } from './network.ts'
import { resolve, type UploaderOptions } from './options.ts'
import { createJournal } from './persist.ts'
import { createRenewal } from './renewal.ts'
import { createSender } from './request.ts'
import { holdsSlot, keepsPlace } from './standing.ts'
import { connect } from './stores/connection.ts'
import { indexedDbStore } from './stores/indexed-db.ts'
import type { Protocol, UploadRecord } from './types.ts'
import type { Input } from './held-file.ts'
import { createUpload, type InnerUpload, type Surroundings, type Upload, type UploadNotice } from './upload.ts'

/** All uploads of an uploader in one immutable value. Sizes are bytes. */
export interface UploaderState {
  /** In the order of the queue. Another array only if the list is another: an upload that gets on leaves it as it is. */
  readonly uploads: readonly Upload[]
  /** Over all uploads but the cancelled ones. */
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
  /**
   * Calls the listener after changes of any upload, and gives back what ends that. At most once a frame, and less often the longer
   * the list is: of ten thousand uploads about five times a second.
   */
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
const isOver = (upload: Upload): boolean => ended.has(upload.getState().status)

/** More than this no store keeps: of a longer line, the rest is remembered as it begins. */
const mostRemembered = 1_000

/** Once a frame is what an eye can follow, in milliseconds. */
const frameMs = 16
/** A pause of a millisecond for so many uploads, whose sums take a hundredth or two of it: a long list is told less often. */
const summedPerMs = 50

export function createUploader(options: UploaderOptions & { readonly protocol: Protocol }): Uploader {
  const settings = resolve(options)
  const { clock, endpoint, owner, protocol } = settings
  const { exclusive } = protocol.far
  const listeners = createListeners<UploaderState>()
  const notices = createListeners<UploadNotice>()
  const store = settings.store === false ? undefined : (settings.store ?? indexedDbStore())
  const journal = createJournal(store, (cause) => notices.notify({ type: 'not-persistent', cause }), clock)
  const newKey = createKeys()
  let { tabs } = settings
  const load = async () => {
    const parts = await loadHashing()
    tabs ??= parts.tabsOfPage({ ...settings, journal, newKey, connect })
    return parts.hashingOfPage(settings)
  }
  const hashing = settings.hashing ?? lazyHashing(load)
  const ready = (): Promise<void> => hashing.ready(undefined, new AbortController().signal)
  // In the order of the queue.
  let all = new Set<InnerUpload>()
  let line = new Set<InnerUpload>()
  const active = new Set<InnerUpload>()
  const byFingerprint = new Map<string, InnerUpload>()
  const byInput = new WeakMap<object, InnerUpload>()
  const claimed = new Set<string>()
  let earlier: Promise<readonly UploadRecord[]> | undefined
  let stopWatching: (() => void) | undefined
  let snapshot: UploaderState | undefined
  let list: readonly InnerUpload[] | undefined
  let serving = false
  let telling: ReturnType<typeof setTimeout> | undefined

  const around: Surroundings = {
    ...{ ...settings, journal, hashing, onChange, newKey },
    notice: notices.notify,
    sender: createSender(settings),
    renewal: createRenewal(settings.onUnauthorized),
    way: { pace: beginPace(settings.chunkSize, settings.chunkLimit), whole: protocol.far.whole },
    tabs: () => tabs,
    recall: (fresh) => (earlier = (!fresh && earlier) || journal.list()),
    isFree: (record) =>
      record.endpoint === endpoint &&
      record.owner === owner &&
      record.protocol === protocol.name &&
      !claimed.has(record.key),
    claim(key) {
      const free = !claimed.has(key)
      claimed.add(key)
      return free
    },
  }

  function onChange(upload: InnerUpload, before: UploadState): void {
    const state = upload.getState()
    if (state.status !== before.status) {
      put(line, upload, state.status === 'queued')
      put(active, upload, holds(state))
      if (exclusive && state.status === 'cancelled') void upload.cancel().then(() => vacate(upload))
      index(upload)
      schedule()
    }
    tell()
  }

  // Where there is one place only, whoever has something there keeps the others in line, and goes before them.
  const holds = (state: UploadState): boolean => holdsSlot(state) || (exclusive && keepsPlace(state))

  function vacate(upload: Upload): void {
    const known: Pick<Set<Upload>, 'delete'> = active
    known.delete(upload)
    schedule()
  }

  function index(upload: InnerUpload): void {
    const { fingerprint } = upload.file.known
    const known = byFingerprint.get(fingerprint)
    if (!known && !isOver(upload)) byFingerprint.set(fingerprint, upload)
    if (known === upload && isOver(upload)) byFingerprint.delete(fingerprint)
  }

  // The line is served after the change that freed a slot is over and told.
  function schedule(): void {
    if (!serving) queueMicrotask(serve)
    serving = true
  }

  function serve(): void {
    serving = false
    // First come, first served. Who gets a slot leaves the line, of which no more than the head is looked at.
    for (const upload of exclusive ? begunFirst(line) : line) {
      if (active.size >= settings.concurrency) break
      upload.dispatch({ type: 'slot', at: clock.now() })
    }
    // Who has nothing to wake listens to nothing.
    if (active.size > 0)
      stopWatching ??= watchNetwork(() => active.forEach((upload) => upload.dispatch({ type: 'online' })))
    else stopWatching = void stopWatching?.()
  }

  function tell(): void {
    snapshot = undefined
    telling ??= setTimeout(
      () => {
        telling = undefined
        listeners.notify(getState())
      },
      frameMs + all.size / summedPerMs,
    )
  }

  function tellList(): void {
    list = undefined
    tell()
  }

  const getState = (): UploaderState => (snapshot ??= sum((list ??= [...all])))

  function create(input: Input): InnerUpload {
    const upload = createUpload({ input }, around, input instanceof Blob ? refusalOf(input) : undefined)
    byInput.set(input, upload)
    return enlist(upload, settings.autoStart)
  }

  function refusalOf(file: Blob): UploadError | undefined {
    const facts = factsOf(file)
    const { maxFiles } = settings
    if (maxFiles === Infinity || [...all].filter((upload) => !isOver(upload)).length < maxFiles)
      return objection(facts, settings)
    return new UploadError('too-many-files', `Cannot upload "${facts.name}": expected at most ${maxFiles} at a time`)
  }

  function enlist(upload: InnerUpload, start: boolean): InnerUpload {
    all.add(upload)
    claimed.add(upload.file.known.key)
    index(upload)
    put(active, upload, holds(upload.getState()))
    if (upload.getState().status === 'idle') {
      // Together with all that is added in one go.
      if (upload.size > 0 && line.size < mostRemembered) void journal.write(upload.record(), 'relaxed')
      if (start) upload.start()
    }
    tellList()
    return upload
  }

  return {
    add(file) {
      if (!(file instanceof Blob) && !isHandle(file)) {
        throw new TypeError(`Cannot add: expected a File, Blob or FileSystemFileHandle, got ${String(file)}`)
      }
      const added = byInput.get(file)
      if (added && !isOver(added)) return added
      if (!(file instanceof File)) return create(file)
      const alike = byFingerprint.get(fingerprintOf(file, settings))
      // What cannot be compared is an upload of its own.
      if (alike)
        void ready().then(
          () => hashing.tellApart(alike, file, create),
          () => create(file),
        )
      return alike ?? create(file)
    },
    async restore() {
      const records = (await journal.list()).filter(around.isFree)
      const uploads = records
        .toSorted((one, other) => one.createdAt - other.createdAt)
        .map((record) => enlist(createUpload({ record }, around), true))
      // Another tab may be sending them. Where that cannot be loaded now it is once one of them goes on.
      if (uploads[0])
        void ready()
          .then(() => uploads.forEach((upload) => upload.join()))
          .catch(() => {})
      return uploads
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
      const order = [...all].filter((other) => other !== upload)
      order.splice(place, 0, ...[...all].filter((other) => other === upload))
      all = new Set(order)
      line = new Set(order.filter((each) => line.has(each)))
      tellList()
    },
    remove(upload) {
      const known: Pick<Set<Upload>, 'delete'> = all
      if (isOver(upload) && known.delete(upload) && upload.getState().status !== 'cancelled') vacate(upload)
      tellList()
    },
  }
}

function put<Item>(set: Set<Item>, item: Item, isIn: boolean): void {
  if (isIn) set.add(item)
  else set.delete(item)
}

const begunFirst = (line: ReadonlySet<InnerUpload>): Set<InnerUpload> =>
  new Set([...[...line].filter((upload) => upload.getState().session), ...line])

const isHandle = (value: unknown): value is FileSystemFileHandle =>
  typeof value === 'object' && value !== null && 'getFile' in value

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
  const known = speed || undefined
  return { uploads, size, offset, sent, speed: known, timeLeft: known && left / known, count }
}
