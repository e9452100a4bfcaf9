import type { Metadata } from '@chunkwise/protocol'
import type { KeepCopy, ReopenKept } from './kept-file.ts'
import type { Prove } from './prove.ts'
import type { TellApart } from './tell-apart.ts'

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** The server's side of one upload: a JSON-safe record that only its protocol reads. */
export type Session = { readonly [key: string]: Json }

/** A run of bytes of the file, sent in one request. */
export interface Chunk {
  /** Where in the file its first byte is. */
  readonly offset: number
  /** Of the file's own type. */
  readonly body: Blob
}

/** What a protocol, a host or an answer says of chunk sizes, in bytes. The last chunk of a file is exempt from all but `max`. */
export interface ChunkRules {
  readonly min?: number
  readonly max?: number
  readonly multipleOf?: number
  readonly exact?: number
}

/** What the far end of a protocol can bear. */
export interface FarEnd {
  readonly chunk: ChunkRules
  /** Bytes that `create` carries at most; 0 if it carries none. */
  readonly first: number
  /** Files up to this size go whole in the request that creates them; 0 where a repeat could double them, as far as is known. */
  readonly whole: number
  /** It has no lock: wait this long after a chunk went unanswered before asking for the offset. */
  readonly settleMs: number
  /** One upload at a time per endpoint and browser: who is paused there keeps the others waiting, until the end or `cancel`. */
  readonly exclusive: boolean
  /** A finished upload is forgotten: gone after an unanswered last chunk or finish means completed, not verified. */
  readonly forgetsFinished: boolean
  /** Whether a file without bytes can be uploaded. */
  readonly empty: boolean
}

/** The facts of a file that a server is told. */
export interface FileFacts {
  /**
   * The same for each try to create one session, so that a server can tell a repeat: 128 random bits in lower-case hex, and
   * behind a dash how many sessions were given up before, if any were.
   */
  readonly key: string
  readonly name: string
  readonly type: string
  readonly size: number
  readonly metadata: Metadata
  /** Known beforehand only if the whole file goes in one request. */
  readonly checksum: Checksum | undefined
}

export type Algorithm = 'md5' | 'sha256'

/** The digest of a whole file: lower-case hex. */
export interface Checksum {
  readonly algorithm: Algorithm
  readonly hex: string
}

/** The server has vouched for an offset. */
export interface Confirmed {
  /** Bytes the server has, counted from the file's start; if they are more than the file has, the session is not its own. */
  readonly offset: number
  /** Learnt from this answer. */
  readonly rules?: ChunkRules
  /** The session from now on, if this answer has changed it. */
  readonly session?: Session
  /** The far end calls the upload complete. */
  readonly complete?: Complete
  /** Files up to this size (bytes) may go whole in the request that creates them: this answer shows that a repeat does no harm. */
  readonly whole?: number | undefined
}

/** The server has called the upload complete. */
export interface Complete {
  /** Address of the finished upload, where the server names one. */
  readonly url: string | undefined
  /** The server's answer as it came: parsed JSON, or text. */
  readonly answer: unknown
  /** Whether the server compared the checksum of what it stored. */
  readonly verified: boolean
}

/** The server no longer knows the session. */
export type Gone = 'gone'

/** What went out whole and got no answer: a chunk, the last chunk, or the finish. */
export type Unanswered = 'chunk' | 'last' | 'complete'

/** A request as a protocol writes it. Headers of the app, credentials and time limits are added by who sends it. */
export interface ProtocolRequest {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Blob | FormData | URLSearchParams | string | undefined
  /** Bytes of the file in the body, if it carries any: such a request reports what has gone out. */
  readonly carries?: number
  /** How long the answer may take once everything has gone out, if that is longer than usual: milliseconds. */
  readonly answerMs?: number
}

/** An answer, read whole: answers of upload servers are small. */
export interface Reply {
  readonly status: number
  /** The address that answered. */
  readonly url: string
  /** The value of a header by any case of its name, if it may be read. */
  header(name: string): string | undefined
  readonly text: string
}

/** What a protocol works with. */
export interface Tools {
  /** The absolute address that uploads are created at. */
  readonly endpoint: string
  /** Sends one request; rejects with `network`, `timeout`, `blocked` or `redirected` if no answer of the server came. */
  send(request: ProtocolRequest): Promise<Reply>
  readonly signal: AbortSignal
  /** What went out whole before and got no answer, perhaps before a reload. */
  readonly unanswered: Unanswered | undefined
  /**
   * Whether credentials were renewed for this very step, or there are none to renew: what may mean "signed out" as well as
   * what it says then means what it says.
   */
  readonly renewed: boolean
  /**
   * From now on the session of this upload is this one. Resolves when that is remembered, so that what is sent next is
   * known of even after a crash. For `offset`, `append` and `complete`.
   */
  keep(session: Session): Promise<void>
  readonly clock: Clock
}

/**
 * One dialect of resumable upload: says what goes over the wire, and nothing else. No retry, no state, no storage.
 *
 * Every method throws an `UploadError` when the server did not do what was asked.
 */
export interface Protocol {
  readonly name: string
  readonly far: FarEnd
  /** Begins an upload, with the first chunk where the far end takes one. */
  create(file: FileFacts, first: Chunk | undefined, tools: Tools): Promise<Confirmed & { readonly session: Session }>
  /** Asks where the server stands. */
  offset(session: Session, file: FileFacts, tools: Tools): Promise<Confirmed | Gone>
  /** Sends one chunk. Never repeated: after a failure the offset is asked for. */
  append(session: Session, file: FileFacts, chunk: Chunk, tools: Tools): Promise<Confirmed | Gone>
  /** Ends the upload; `Confirmed` if bytes are missing after all. Throws `checksum` if what arrived differs. */
  complete(
    session: Session,
    file: FileFacts,
    checksum: Checksum | undefined,
    tools: Tools,
  ): Promise<Complete | Confirmed | Gone>
  /** Tells the server to drop the session; `false` if it keeps it until it expires. */
  terminate(session: Session, tools: Tools): Promise<boolean>
}

/** A request as it goes out. */
export interface TransportRequest extends ProtocolRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly credentials: RequestCredentials
  /** As in `fetch`; default `auto`. */
  readonly priority?: RequestPriority
}

/** How a request's bytes move. Follows no redirect; rejects with an `UploadError` if no answer came, or with the signal's reason. */
export type Transport = (
  request: TransportRequest,
  options: { readonly signal: AbortSignal; onSent(bytes: number): void },
) => Promise<Reply>

/** Time, as an interface, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when that comes first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** From 0 up to, but not including, 1. */
  random(): number
}

/** A saved hash: goes on from `position` with the same engine. */
export interface HashState {
  readonly engine: 'wasm' | 'script'
  readonly algorithm: Algorithm
  /** Bytes of the file that the state covers. */
  readonly position: number
  /** The engine's state, base64. */
  readonly state: string
}

/** The running hash of one file. It runs strictly forward, at a position of its own, beside the sending. */
export interface Hasher {
  /** Bytes of the file that are hashed. Falls only if another engine has to begin anew. */
  readonly position: number
  /** Hashes on up to `position` in the background. One that lies behind changes nothing. */
  advance(position: number): void
  /** The newest saved state at or below `offset`. */
  saved(offset: number): HashState | undefined
  /**
   * The digest of the whole file, once it has been advanced to its end: lower-case hex. Rejects with `file-…` errors; with
   * `network` if nothing could be loaded to compute it, and asked again it tries again; with `cancelled` after `close`.
   */
  digest(signal: AbortSignal): Promise<string>
  /** Stops, and frees what it held. */
  close(): void
}

/** What is known of a file without reading it. */
export interface SourceFacts {
  readonly name: string
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since the epoch; 0 for a Blob, which has no date. */
  readonly lastModified: number
}

/** The file of an upload: what it says of itself, and its bytes. */
export interface Source extends SourceFacts {
  /** The file itself, for whoever reads it without sending it. */
  readonly file: Blob
  /** Where it can be had again after a reload. */
  readonly handle: FileSystemFileHandle | undefined
  /**
   * Bytes from `start` up to `end`, to be sent: the file's own slice, which a browser streams from the disk; in WebKit, or
   * after a request timed out, a copy in memory.
   *
   * @throws UploadError `file-gone`, `file-changed` or `file-unreadable`.
   */
  slice(start: number, end: number): Promise<Blob>
  /**
   * Reads one byte, to learn whether a request failed for the file's sake.
   *
   * @throws UploadError `file-gone`, `file-changed` or `file-unreadable`.
   */
  probe(offset: number): Promise<void>
  /**
   * Digests of up to 16 blocks, at places that the size alone decides: two files of one size with the same samples are taken
   * for the same file.
   *
   * @throws UploadError as `probe` does; `is-directory` of what was never read before; the signal's reason if that comes first.
   */
  samples(signal: AbortSignal): Promise<readonly string[]>
  /**
   * What made a request with a slice at `offset` fail: the error itself, or that the file changed or went away, which to a browser
   * is a network error. After a timeout this page sends copies: a request with a slice from the disk went out whole and never
   * ended (F36, F40).
   */
  suspect(error: unknown, offset: number): Promise<unknown>
}

/** Opens files, to read and to hash them. Its code is loaded when it is first asked whether it is ready. */
export interface Hashing {
  /**
   * Resolves if this page can open files and compute the algorithm (`undefined`: none is wanted); rejects with
   * `checksum-unavailable` if not. Everything else may be called only after that.
   */
  ready(algorithm: Algorithm | undefined, signal: AbortSignal): Promise<void>
  open(options: HashOptions): Hasher
  /** The digest of a whole file, from its first byte; rejects as that of a hasher does. */
  digest(options: HashOptions, signal: AbortSignal): Promise<string>
  /** The file of an upload, from whatever the page was given; rejects with `file-…` or `is-directory`. */
  source(input: File | Blob | FileSystemFileHandle): Promise<Source>
  /**
   * Proves that an opened file is the upload's, or finds the record of an earlier visit for it; rejects with `file-mismatch`. Tells what
   * it found in one breath with taking it.
   */
  prove: Prove
  tellApart: TellApart
  keepCopy: KeepCopy
  reopen: ReopenKept
}

export interface HashOptions {
  readonly file: Blob
  readonly algorithm: Algorithm
  /** From an earlier visit. */
  readonly saved?: HashState | undefined
  /**
   * Whether the file is proven to be the one `saved` was made from: then hashing goes on there. Else it begins at 0 and
   * compares when it passes the saved position; another state there rejects `digest` with `file-mismatch`.
   */
  readonly trusted?: boolean
  /** Called when `position` has grown, at most every few MiB. */
  onAdvance?(position: number): void
}

/** How a file can be had again after a reload: by itself, from our copy, or by the person choosing it again. */
export type Resumability = 'handle' | 'copy' | 'reselect'

/** What is remembered of one upload. Keyed by `key`; the fingerprint is only an index. */
export interface UploadRecord {
  readonly version: 1
  readonly key: string
  readonly endpoint: string
  readonly protocol: string
  /** The app's word for who is signed in; records of others are never shown. */
  readonly owner: string
  readonly name: string
  readonly type: string
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly lastModified: number
  readonly metadata: Metadata
  readonly fingerprint: string
  /** Digests of 16 blocks of the file; missing until it was read the first time. */
  readonly samples?: readonly string[] | undefined
  readonly session?: Session | undefined
  readonly offset: number
  readonly restarts: number
  /** Whether it was begun again once because what arrived was not what was read. */
  readonly poisoned?: boolean | undefined
  readonly unanswered?: Unanswered | undefined
  readonly hash?: HashState | undefined
  /** Whether a person paused it. */
  readonly paused: boolean
  readonly resumability: Resumability
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** The file itself, or a handle to it, kept for after a reload. */
export type KeptSource = FileSystemFileHandle | Blob

/** Where uploads are remembered. Everything may reject: then the upload goes on, and only in memory. */
export interface SessionStore {
  list(): Promise<readonly UploadRecord[]>
  /** `strict` survives a power cut; `relaxed` only a crash. Several records in one go. */
  put(records: readonly UploadRecord[], durability: 'strict' | 'relaxed'): Promise<void>
  delete(key: string): Promise<void>
  /** The source kept under the same key. */
  source(key: string): Promise<KeptSource | undefined>
  keep(key: string, source: KeptSource): Promise<void>
}
