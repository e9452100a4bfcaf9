import {
  createFakeClock,
  createFaultServer,
  settle,
  type FakeClock,
  type FaultServer,
  type FaultServerOptions,
  type Script,
} from '@chunkwise/testing'
import { createHashing } from '../src/checksum/hashing.ts'
import { UploadError } from '../src/errors.ts'
import type { Status, UploadState } from '../src/machine.ts'
import type { UploaderOptions } from '../src/options.ts'
import { drfChunkedUpload } from '../src/protocols/drf-chunked-upload.ts'
import { createJournal } from '../src/persist.ts'
import { memoryStore } from '../src/stores/memory.ts'
import { createBudget } from '../src/tabs/budget.ts'
import { createTabs } from '../src/tabs/tabs.ts'
import type { Clock, Hasher, Hashing, SessionStore, Transport } from '../src/types.ts'
import type { Upload, UploadNotice } from '../src/upload.ts'
import { createUploader, type Uploader } from '../src/uploader.ts'
import type { FakeBrowser } from './fake-browser.ts'

/** The smallest chunk there is, in bytes. */
export const C: number = 64 * 1024

/** One page with an uploader on it, until it is closed. */
export interface Page {
  readonly uploader: Uploader
  readonly notices: UploadNotice[]
  /** Where it hears `pagehide` and `pageshow`. */
  readonly events: EventTarget
  /** As if the tab were closed: what was under way breaks off, and nothing of the page happens any more. */
  close(): void
}

/** A server, a store that outlives pages, virtual time, and pages. */
export interface Rig {
  readonly clock: FakeClock
  readonly server: FaultServer
  readonly store: SessionStore
  /** What was asked of the server and what was written to the store, in order. */
  readonly events: string[]
  /** Positions that hashing began at, one for each hash opened. */
  readonly hashes: number[]
  open(options?: Partial<UploaderOptions>): Page
  /** Adds a file on a page of its own, and runs until it has ended. */
  upload(file: File, options?: Partial<UploaderOptions>): Promise<Upload>
}

export interface RigOptions {
  /** What the pages have in common as tabs of one browser; none: each is alone. */
  readonly browser?: Pick<FakeBrowser, 'locks' | 'channels'> | undefined
  readonly script?: Script
  readonly handler?: FaultServerOptions['handler']
  readonly store?: SessionStore
  /** Defaults for every page. */
  readonly page?: Partial<UploaderOptions>
}

const endpoint = 'https://files.example/api/uploads/'

export function rig({
  script = [],
  handler,
  store = memoryStore(),
  page: defaults = {},
  browser,
}: RigOptions = {}): Rig {
  const clock = createFakeClock()
  const server = createFaultServer({ endpoint, clock, script, ...(handler ? { handler } : {}) })
  const pages = createPages({ clock, store, browser, transport: server.transport(UploadError) })
  const open = (options: Partial<UploaderOptions> = {}): Page =>
    pages.open({ endpoint, protocol: drfChunkedUpload(), ...defaults, ...options })
  return {
    ...{ clock, server, store, events: pages.events, hashes: pages.hashes, open },
    async upload(file, options) {
      const upload = open(options).uploader.add(file)
      await clock.run(upload.finished.catch(() => {}))
      return upload
    },
  }
}

/** What pages have in common. */
export interface Pages extends Pick<Rig, 'events' | 'hashes'> {
  open(options: UploaderOptions): Page
}

/** Pages over one store and one way to send, in virtual time. */
export function createPages({
  clock,
  store,
  transport: send,
  browser,
}: Pick<Rig, 'clock' | 'store'> & Pick<RigOptions, 'browser'> & { readonly transport: Transport }): Pages {
  const events: string[] = []
  const hashes: number[] = []
  const hashing = createHashing()
  let opened = 0

  function open(options: UploaderOptions): Page {
    const closed = new AbortController()
    const { signal } = closed
    const notices: UploadNotice[] = []
    const ours = watchedHashing(hashing, hashes, signal, clock)
    const own: Clock = {
      ...clock,
      sleep: (ms, given) => whileOpen(clock.sleep(ms, AbortSignal.any([given, signal])), signal),
    }
    const kept = options.store === false ? undefined : storeOf(options.store ?? store, events, signal)
    const happenings = new EventTarget()
    const uploader = createUploader({
      protocol: drfChunkedUpload(),
      chunkSize: C,
      ...options,
      transport: (request, { signal: given, onSent }) => {
        const range = request.headers['Content-Range']?.replace('bytes ', ' ') ?? ''
        events.push(`${request.method}${range}`)
        const sending = ours.caughtUp().then(() => send(request, { signal: AbortSignal.any([given, signal]), onSent }))
        return whileOpen(sending, signal)
      },
      clock: own,
      hashing: options.hashing ?? ours,
      store: kept ?? false,
      ...(browser && {
        tabs: createTabs({
          ...{ scope: options.endpoint, page: `page ${(opened += 1)}`, clock: own, events: happenings },
          place: options.protocol?.far.exclusive ? 'place' : undefined,
          budget: createBudget(browser.locks(signal), 'slot', (options.concurrency ?? 3) - 1),
          locks: browser.locks(signal),
          openChannel: browser.channels(signal, clock),
          journal: createJournal(kept, () => {}, own),
        }),
      }),
    })
    uploader.on((notice) => notices.push(notice))
    return { uploader, notices, events: happenings, close: () => closed.abort() }
  }

  return { events, hashes, open }
}

/** Nothing more is heard of it once the page is closed. */
function whileOpen<Value>(promise: Promise<Value>, closed: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    promise.then(
      (value) => !closed.aborted && resolve(value),
      (error: unknown) => !closed.aborted && reject(error),
    )
  })
}

function storeOf(store: SessionStore, events: string[], closed: AbortSignal): SessionStore {
  const guarded = <Value>(work: () => Promise<Value>): Promise<Value> =>
    closed.aborted ? new Promise(() => {}) : whileOpen(work(), closed)
  return {
    list: () => guarded(() => store.list()),
    put: (records, durability) =>
      guarded(() => {
        for (const { session, offset, unanswered } of records) {
          events.push(`put ${durability} ${session ? offset : 'key'}${unanswered ? ` ${unanswered}` : ''}`)
        }
        return store.put(records, durability)
      }),
    delete: (key) =>
      guarded(() => {
        events.push('delete')
        return store.delete(key)
      }),
    source: (key) => guarded(() => store.source(key)),
    keep: (key, source) => guarded(() => store.keep(key, source)),
  }
}

interface WatchedHashing extends Hashing {
  /** Resolves when every hash is where it was asked to be, so that no test depends on who is faster. */
  caughtUp(): Promise<void>
}

function watchedHashing(hashing: Hashing, begun: number[], closed: AbortSignal, clock: FakeClock): WatchedHashing {
  const running = new Set<{ readonly hasher: Hasher; target: number }>()
  const all = new Set<Hasher>()
  closed.addEventListener('abort', () => all.forEach((hasher) => hasher.close()))
  return {
    ...hashing,
    open(options) {
      const hasher = hashing.open(options)
      const entry = { hasher, target: 0 }
      const end = (): void => void running.delete(entry)
      running.add(entry)
      begun.push(options.trusted ? (options.saved?.position ?? 0) : 0)
      hasher.digest(closed).then(end, end)
      all.add(hasher)
      return {
        get position() {
          return hasher.position
        },
        advance(position) {
          entry.target = Math.min(position, options.file.size)
          hasher.advance(position)
        },
        saved: hasher.saved,
        digest: hasher.digest,
        close: hasher.close,
      }
    },
    async caughtUp() {
      const goOn = clock.hold()
      while ([...running].some(({ hasher, target }) => hasher.position < target)) await settle()
      goOn()
    },
  }
}

const made = new Map<string, Uint8Array<ArrayBuffer>>()

/** Bytes that look like nothing in particular, and are the same for the same seed. */
export function bytesOf(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const known = made.get(`${size} ${seed}`)
  if (known) return known
  const bytes = new Uint8Array(size)
  let state = seed
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = state >>> 16
  }
  made.set(`${size} ${seed}`, bytes)
  return bytes
}

/** Whether the server has exactly these bytes of an upload; compared in one go, since there are many. */
export async function holds(server: FaultServer, upload: Upload, bytes: Uint8Array): Promise<boolean> {
  const { url } = await upload.finished
  return Buffer.from(await server.bytes(url ?? '')).equals(bytes)
}

/** A file with such bytes. */
export const fileOf = (size: number, name = 'film.mp4', seed = 1, lastModified = 1_690_000_000_000): File =>
  new File([bytesOf(size, seed)], name, { type: 'video/mp4', lastModified })

/** Resolves when an upload is as wanted, with its state then; `act` is called at that very moment. */
export function reached(
  upload: Upload,
  wanted: Status | ((state: UploadState) => boolean),
  act: () => void = () => {},
): Promise<UploadState> {
  const fits = typeof wanted === 'string' ? ({ status }: UploadState) => status === wanted : wanted
  return new Promise((resolve) => {
    let stop = (): void => {}
    const look = (state: UploadState): void => {
      if (!fits(state)) return
      stop()
      resolve(state)
      act()
    }
    stop = upload.subscribe(look)
    look(upload.getState())
  })
}
