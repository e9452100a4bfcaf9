import type { Metadata } from '@chunkwise/protocol'
import { objection, type Restrictions } from './accept.ts'
import type { UploadError } from './errors.ts'
import { factsOf, fingerprintOf } from './fingerprint.ts'
import type { Room } from './kept-file.ts'
import type { Found } from './machine.ts'
import type { Journal } from './persist.ts'
import type {
  Algorithm,
  Checksum,
  Clock,
  FileFacts,
  Hasher,
  Hashing,
  SessionStore,
  Source,
  UploadRecord,
} from './types.ts'
import type { Shared } from './work.ts'

/** What can be added: a file, or a handle to one. */
export type Input = File | Blob | FileSystemFileHandle

/** The part of a record that is about the file. */
export type FileRecord = Pick<
  UploadRecord,
  | 'key'
  | 'name'
  | 'type'
  | 'size'
  | 'lastModified'
  | 'metadata'
  | 'samples'
  | 'fingerprint'
  | 'hash'
  | 'resumability'
  | 'createdAt'
>

/** What a held file needs of its surroundings. */
export interface FileSurroundings extends Restrictions {
  readonly endpoint: string
  readonly owner: string
  readonly checksum: Algorithm | undefined
  readonly clock: Clock
  readonly journal: Journal
  readonly hashing: Hashing
  /** A key that no other upload has, here or anywhere. */
  newKey(): string
  metadata(file: File): Metadata
  /** What is remembered of all uploads. `fresh`: what was read before is out of date. */
  recall(fresh: boolean | undefined): Promise<readonly UploadRecord[]>
  /** Whether it is one of ours that no upload of this page goes on from. */
  isFree(record: UploadRecord): boolean
  /** From now on an upload of this page goes on from the record; `false` if one does already. */
  claim(key: string): boolean
  readonly copies: Room
  /** `false`: nothing is to be remembered. */
  readonly store?: SessionStore | false | undefined
  /** How all uploads of the uploader send. */
  readonly way: Shared['way']
}

/** The file of one upload: how it is had, known, proven, read and hashed, now and after a reload. */
export interface HeldFile {
  /** What is known of it, and remembered. */
  readonly known: FileRecord
  /** What the page was given, if it was. */
  input: Input | undefined
  /** From now on this is the file, to be proven by `prove`; `undefined`: there is none. */
  take(input: Input | undefined): void
  /** Lets go of a file that is not, or no longer, this upload's. */
  release(error: UploadError): void
  /** Whether a click was at hand, in which the person can be asked for permission. */
  mayAsk: boolean
  /** Rejects with `file-needed` if there is no file to be had, or with what the restrictions say of it. */
  open(signal: AbortSignal): Promise<Source>
  /**
   * Proves that the file is the one begun (else `file-mismatch`), takes the upload from all other tabs, or finds the record of an
   * earlier visit for it, and tells it in the same breath: who goes on from a record must not be stopped between the two.
   */
  prove(source: Source, take: Take, signal: AbortSignal, onProven: (found: Found | undefined) => void): Promise<void>
  /** `restarts`: how many sessions were given up; each creation has a key of its own. */
  describe(restarts: number, checksum?: Checksum): FileFacts
  /** The running hash; `undefined` if nobody compares it. */
  hasher(source: Source): Hasher | undefined
  /** The digest of the file as it is now, from its first byte. */
  rehash(source: Source, signal: AbortSignal): Promise<string>
  /** Ends the hash, and keeps its state for `offset`. */
  rest(offset: number): void
  /** Drops what is held and remembered of it. */
  forget(): Promise<void>
  /** Keeps a copy for after a reload, if that is needed and allowed; whether it did. */
  keepCopy(signal: AbortSignal): Promise<boolean>
  record(offset: number): FileRecord
}

/** Where the file of an upload comes from: the page, or what an earlier visit remembered. */
export type Origin =
  | { readonly input: Input; readonly record?: undefined }
  | { readonly record: UploadRecord; readonly input?: undefined }

/**
 * Takes the upload of the file with this content from all other tabs; rejects if one of them has it. Resolves to whether one of them may
 * have written records since somebody here asked last.
 */
export type Take = (content: string) => Promise<boolean | undefined>

/** As `FileRecord`, for who finds out more. */
export type Known = { -readonly [Fact in keyof FileRecord]: FileRecord[Fact] }

export function holdFile(
  { input, record }: Origin,
  around: FileSurroundings,
  onHashed: (position: number) => void,
): HeldFile {
  const { journal, hashing, checksum: algorithm } = around
  let source: Source | undefined
  let hasher: Hasher | undefined
  // Whether size, date and samples agree with what the saved hash was made from.
  let trusted = false
  const known: Known = record ? { ...record } : begin(input, around)

  async function find(): Promise<Source> {
    const found = await hashing.source(held.input ?? (await hashing.reopen(known, journal, held.mayAsk)))
    const refusal = objection(found, around)
    if (refusal) throw refusal
    return found
  }

  // With each offset goes the newest state of the hash at or below it.
  function save(offset: number): void {
    known.hash = hasher?.saved(offset) ?? known.hash
  }

  function close(): void {
    hasher?.close()
    hasher = undefined
  }

  const held: HeldFile = {
    known,
    input,
    mayAsk: false,
    take(file) {
      close()
      trusted = false
      source = undefined
      held.input = file
    },
    release({ code }) {
      held.take(undefined)
      // What was hashed of a file that then changed proves nothing.
      if (code === 'file-changed') known.hash = undefined
    },
    async open(signal) {
      await hashing.ready(undefined, signal)
      source ??= await find()
      signal.throwIfAborted()
      return source
    },
    async prove(opened, take, signal, onProven) {
      await hashing.ready(algorithm, signal)
      const begun = record !== undefined || known.samples !== undefined
      await hashing.prove(opened, { known, begun, around, take, signal }, (found, sameHash) => {
        trusted ||= sameHash
        onProven(found)
      })
    },
    describe(restarts, checksum) {
      // A server that knows a creation by its key would give the session back that was given up.
      const key = restarts > 0 ? `${known.key}-${restarts}` : known.key
      return { ...known, key, checksum }
    },
    hasher({ file }) {
      if (algorithm === undefined) return undefined
      return (hasher ??= hashing.open({ file, algorithm, saved: known.hash, trusted, onAdvance: onHashed }))
    },
    rehash: ({ file }, signal) => hashing.digest({ file, algorithm: algorithm ?? 'md5' }, signal),
    rest(offset) {
      // Made from this very file, unless it has yet to pass what an earlier visit left.
      if (hasher && hasher.position >= (known.hash?.position ?? 0)) trusted = true
      save(offset)
      close()
    },
    forget() {
      held.take(undefined)
      return journal.forget(known.key)
    },
    keepCopy: (signal) => hashing.keepCopy(known, source?.file, around, signal),
    record(offset) {
      save(offset)
      return known
    },
  }
  return held
}

function begin(input: Input, around: FileSurroundings): Known {
  const facts = factsOf(input)
  return {
    ...facts,
    key: around.newKey(),
    metadata: {},
    fingerprint: fingerprintOf(facts, around),
    resumability: 'reselect',
    createdAt: around.clock.now(),
  }
}
