import { objection } from './accept.ts'
import { beginPace } from './chunk-size.ts'
import { createHashing } from './checksum/hashing.ts'
import { UploadError } from './errors.ts'
import { fingerprintOf, samplesOf } from './fingerprint.ts'
import { createListeners } from './listeners.ts'
import type { Status, UploadState } from './machine.ts'
import { watchNetwork } from './network.ts'
import { resolve, type UploaderOptions } from './options.ts'
import { createJournal } from './persist.ts'
import { holdsSlot, next } from './queue.ts'
import { createRenewal } from './renewal.ts'
import { createSender } from './request.ts'
import { readRetryAfter } from './retry.ts'
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
  readonly count: Readonly<Record<Status, number>>
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
const final: ReadonlySet<Status> = new Set(['completed', 'cancelled'])

export function createUploader(options: UploaderOptions & { readonly protocol: Protocol }): Uploader {
  const settings = resolve(options)
  const { clock, endpoint, owner, protocol } = settings
  const listeners = createListeners<UploaderState>()
  const notices = createListeners<UploadNotice>()
  let journal = settings.store === false ? createJournal(undefined, () => {}) : undefined
  const all = new Map<Upload, InnerUpload>()
  const line = new Set<InnerUpload>()
  const active = new Set<InnerUpload>()
  const mine = new Map<string, InnerUpload>()
  const byInput = new WeakMap<object, InnerUpload>()
  const claimed = new Set<string>()
  let earlier: Promise<Map<string, UploadRecord[]>> | undefined
  let copied = 0
  let stopWatching: (() => void) | undefined
  let snapshot: UploaderState | undefined
  let telling = false

  // Opened with the first upload, so that creating an uploader touches nothing.
  const journalOf = () =>
    (journal ??= createJournal(settings.store || indexedDbStore(), (cause) =>
      notices.notify({ type: 'not-persistent', cause }),
    ))
  const hashing =
    settings.hashing ?? createHashing(settings.workerUrl === undefined ? {} : { workerUrl: settings.workerUrl })

  const around: Surroundings = {
    ...{ endpoint, owner, clock, hashing, algorithm: settings.checksum },
    shared: {
      ...{ endpoint, protocol, clock, algorithm: settings.checksum },
      sender: createSender(settings, (reply) =>
        readRetryAfter(reply.header('Retry-After'), reply.header('Date'), clock.now()),
      ),
      renewal: createRenewal(settings.onUnauthorized),
      pace: beginPace(settings.chunkSize),
    },
    get journal() {
      return journalOf()
    },
    retry: settings.retry,
    restrictions: settings,
    metadata: settings.metadata,
    async lookUp(fingerprint) {
      const records = (await index()).get(fingerprint) ?? []
      return records.filter(({ key }) => !claimed.has(key))
    },
    claim(key) {
      const free = !claimed.has(key)
      claimed.add(key)
      return free
    },
    async mayCopy(size) {
      const { file, total } = settings.copies
      if (size > file) return false
      const records = await journalOf().list()
      const kept = records.reduce((sum, record) => sum + (record.resumability === 'copy' ? record.size : 0), 0)
      if (Math.max(kept, copied) + size > total) return false
      copied = Math.max(kept, copied) + size
      return true
    },
    notice: (notice) => notices.notify(notice),
    onChange,
  }

  function index(): Promise<Map<string, UploadRecord[]>> {
    return (earlier ??= journalOf()
      .list()
      .then((records) => {
        const found = new Map<string, UploadRecord[]>()
        for (const record of records.filter(isOurs)) {
          found.set(record.fingerprint, [...(found.get(record.fingerprint) ?? []), record])
        }
        return found
      }))
  }

  const isOurs = (record: UploadRecord): boolean =>
    record.endpoint === endpoint && record.owner === owner && record.protocol === protocol.name

  function onChange(upload: InnerUpload, before: UploadState): void {
    const { status } = upload.getState()
    if (status !== before.status) {
      if (status === 'queued') line.add(upload)
      else line.delete(upload)
      if (holdsSlot(upload.getState())) active.add(upload)
      else active.delete(upload)
      const { fingerprint } = upload.record
      if (!final.has(status)) mine.set(fingerprint, mine.get(fingerprint) ?? upload)
      else if (mine.get(fingerprint) === upload) mine.delete(fingerprint)
      schedule()
    }
    tell()
  }

  // The line is served after the change that freed a slot is over and told.
  let serving = false
  function schedule(): void {
    watch()
    if (serving) return
    serving = true
    queueMicrotask(() => {
      serving = false
      for (const upload of next(line, active.size, settings.concurrency))
        upload.dispatch({ type: 'slot', at: clock.now() })
    })
  }

  function watch(): void {
    if (active.size > 0)
      stopWatching ??= watchNetwork(() => active.forEach((upload) => upload.dispatch({ type: 'online' })))
    else {
      stopWatching?.()
      stopWatching = undefined
    }
  }

  function tell(): void {
    snapshot = undefined
    if (telling) return
    telling = true
    void soon().then(() => {
      telling = false
      listeners.notify(getState())
    })
  }

  function getState(): UploaderState {
    return (snapshot ??= sum([...all.values()]))
  }

  function create(input: Input): InnerUpload {
    const upload = createUpload({ input }, around, input instanceof Blob ? refusalOf(input) : undefined)
    byInput.set(input, upload)
    return upload
  }

  function refusalOf(file: File | Blob): UploadError | undefined {
    const facts = factsOf(file)
    const { name, size, type } = facts
    if (settings.maxFiles !== Infinity && unfinished() >= settings.maxFiles) {
      return new UploadError(
        'too-many-files',
        `Cannot upload "${name}": ${settings.maxFiles} files at a time are allowed`,
      )
    }
    // A folder that was dropped has a size on some systems and none on others: only reading tells, in `preparing`.
    if (size === 0 && type !== '' && !protocol.far.empty) {
      return new UploadError('empty-file', `Cannot upload "${name}": this server takes no file without bytes`)
    }
    return objection(facts, settings)
  }

  const unfinished = (): number => [...all.values()].filter((upload) => !ended.has(upload.getState().status)).length

  function enlist(upload: InnerUpload, start: boolean): Upload {
    all.set(upload, upload)
    claimed.add(upload.key)
    const { record } = upload
    const { status } = upload.getState()
    if (!ended.has(status) && !mine.has(record.fingerprint)) mine.set(record.fingerprint, upload)
    if (status === 'idle') {
      // One batched write for all that is added in one go.
      if (upload.size > 0) void journalOf().write(record, 'relaxed')
      if (start) upload.start()
    }
    tell()
    return upload
  }

  // The same name, size and date are very likely the same file; what it holds decides.
  function again(upload: InnerUpload, file: File | Blob): Upload {
    if (upload.input === file) return upload
    const { status } = upload.getState()
    const wanting = status === 'paused' && upload.input === undefined
    void isSame(upload, file).then((same) => {
      if (!same) enlist(create(file), settings.autoStart)
      else if (wanting) upload.choose(file)
    })
    return upload
  }

  async function isSame(upload: InnerUpload, file: File | Blob): Promise<boolean> {
    const { signal } = new AbortController()
    try {
      const ours = upload.samples ?? (upload.input instanceof Blob ? await samplesOf(upload.input, signal) : [])
      return ours.join() === (await samplesOf(file, signal)).join()
    } catch {
      // A file that cannot be read tells so itself, as an upload of its own.
      return false
    }
  }

  return {
    add(file) {
      if (!(file instanceof Blob) && !isHandle(file)) {
        throw new TypeError(`Cannot add: expected a File, Blob or FileSystemFileHandle, got ${String(file)}`)
      }
      const known = file instanceof File ? mine.get(fingerprintOf(factsOf(file), endpoint, owner)) : undefined
      const same = known ?? byInput.get(file)
      if (same && !ended.has(same.getState().status)) return file instanceof Blob ? again(same, file) : same
      return enlist(create(file), settings.autoStart)
    },
    async restore() {
      const records = (await journalOf().list()).filter((record) => isOurs(record) && !claimed.has(record.key))
      const uploads = records
        .toSorted((one, other) => one.createdAt - other.createdAt)
        .map((record) => enlist(createUpload({ record }, around), true))
      return uploads
    },
    getState,
    subscribe: (listener) => listeners.add(listener),
    on: (listener) => notices.add(listener),
    pauseAll: () => all.forEach((upload) => upload.pause()),
    resumeAll() {
      for (const upload of all.values()) {
        const state = upload.getState()
        if (state.status === 'paused' && state.reason === 'user') upload.resume()
      }
    },
    move(upload, place) {
      const inner = all.get(upload)
      if (!inner) return
      const order = [...all.values()].filter((other) => other !== inner)
      order.splice(Math.max(0, place), 0, inner)
      all.clear()
      line.clear()
      for (const each of order) {
        all.set(each, each)
        if (each.getState().status === 'queued') line.add(each)
      }
      tell()
    },
    remove(upload) {
      if (all.has(upload) && ended.has(upload.getState().status)) all.delete(upload)
      tell()
    },
  }
}

const isHandle = (value: unknown): value is FileSystemFileHandle =>
  typeof value === 'object' && value !== null && 'getFile' in value && 'kind' in value

// Once a frame is what an eye can follow; a hidden page has no frames.
function soon(): Promise<void> {
  const visible = typeof requestAnimationFrame === 'function' && document.visibilityState === 'visible'
  return new Promise((resolve) => (visible ? requestAnimationFrame(() => resolve()) : setTimeout(resolve, 16)))
}

const statuses: Readonly<Record<Status, number>> = {
  ...{ idle: 0, queued: 0, preparing: 0, creating: 0, recovering: 0, uploading: 0 },
  ...{ completing: 0, waiting: 0, paused: 0, failed: 0, completed: 0, cancelled: 0 },
}

function sum(uploads: readonly InnerUpload[]): UploaderState {
  const count = { ...statuses }
  let [size, offset, sent, left, speed] = [0, 0, 0, 0, 0]
  for (const upload of uploads) {
    const state = upload.getState()
    count[state.status]++
    if (state.status === 'cancelled') continue
    size += state.size
    offset += state.offset
    sent += state.sent
    speed += state.speed ?? 0
    if (!ended.has(state.status) && state.status !== 'paused') left += state.size - state.offset
  }
  const known = speed > 0 ? { speed, timeLeft: left / speed } : { speed: undefined, timeLeft: undefined }
  return { uploads, size, offset, sent, ...known, count }
}
