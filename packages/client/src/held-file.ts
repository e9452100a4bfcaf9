import type { Metadata } from '@chunkwise/protocol'
import { objection, type Restrictions } from './accept.ts'
import { UploadError } from './errors.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Found } from './machine.ts'
import type { Journal } from './persist.ts'
import { createSource, factsOf, reopen, type Source } from './source.ts'
import type { Algorithm, Checksum, Clock, FileFacts, Hasher, Hashing, KeptSource, UploadRecord } from './types.ts'

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
  metadata(file: File): Metadata
  /** The record of an earlier visit for this very file, if there is one that no upload of this page goes on from; from now on one does. */
  recall(fingerprint: string, samples: readonly string[], signal: AbortSignal): Promise<UploadRecord | undefined>
  /** Whether copies of this many more bytes may be kept. */
  mayCopy(size: number): Promise<boolean>
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
  /** A click is at hand, in which the person can be asked for permission. */
  allowAsking(): void
  /** Rejects with `file-needed` if there is no file to be had, or with what the restrictions say of it. */
  open(signal: AbortSignal): Promise<Source>
  /** Proves that the file is the one begun (else `file-mismatch`), or finds the record of an earlier visit for it. */
  prove(source: Source, signal: AbortSignal): Promise<Found | undefined>
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

type Known = { -readonly [Fact in keyof FileRecord]: FileRecord[Fact] }

export function holdFile({ input, record }: Origin, around: FileSurroundings, onHashed: (position: number) => void): HeldFile {
  const { journal, hashing, checksum: algorithm } = around
  let source: Source | undefined
  let hasher: Hasher | undefined
  let mayAsk = false
  // Whether size, date and samples agree with what the saved hash was made from.
  let trusted = false
  const known: Known = record ? { ...record } : begin(input, around)

  async function find(): Promise<Source> {
    const file = held.input ?? (await reopen(await remembered(), known, mayAsk))
    const found = await createSource(file, hashing)
    const refusal = objection(found, around)
    if (refusal) throw refusal
    return found
  }

  async function remembered(): Promise<KeptSource> {
    const kept = await journal.source(known.key)
    if (kept) return kept
    known.resumability = 'reselect'
    throw new UploadError('file-needed', `Cannot read "${known.name}": choose the file again`)
  }

  function compare(opened: Source, samples: readonly string[]): undefined {
    const { name, size } = opened
    const ours = known.samples ?? samples
    const why =
      size === known.size
        ? ours.join() !== samples.join() && 'since its contents differ'
        : `which has ${known.size} bytes where this one has ${size}`
    if (why) {
      throw new UploadError('file-mismatch', `Cannot go on with "${name}": it is not the file that was begun, ${why}`)
    }
    // Nobody had read it before: what the app says of it is still to be asked.
    if (!known.samples) known.metadata = around.metadata(asFile(opened))
    known.samples = samples
    trusted = opened.lastModified === known.lastModified
  }

  async function recognise(opened: Source, samples: readonly string[], signal: AbortSignal): Promise<Found | undefined> {
    Object.assign(known, factsOf(opened), { samples, fingerprint: fingerprintOf(opened, around) })
    const found = await around.recall(known.fingerprint, samples, signal)
    if (!found) {
      known.metadata = around.metadata(asFile(opened))
      return undefined
    }
    // What was remembered when this file was added is the other record's now.
    void journal.forget(known.key)
    Object.assign(known, found, { samples })
    trusted = true
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
    take(file) {
      close()
      source = undefined
      held.input = file
    },
    release({ code }) {
      held.take(undefined)
      // What was hashed of a file that then changed proves nothing.
      if (code === 'file-changed') known.hash = undefined
    },
    allowAsking: () => void (mayAsk = true),
    async open(signal) {
      source ??= await find()
      signal.throwIfAborted()
      return source
    },
    async prove(opened, signal) {
      await hashing.ready(algorithm, signal)
      const samples = await hashing.samples(opened.file, signal)
      const found = known.samples || record ? compare(opened, samples) : await recognise(opened, samples, signal)
      signal.throwIfAborted()
      if (opened.handle && (await journal.keep(known.key, opened.handle))) known.resumability = 'handle'
      return found
    },
    describe(restarts, checksum) {
      const { key, name, type, size, metadata } = known
      // A server that knows a creation by its key would give the session back that was given up.
      return { key: restarts > 0 ? `${key}-${restarts}` : key, name, type, size, metadata, checksum }
    },
    hasher({ file }) {
      if (algorithm === undefined) return undefined
      return (hasher ??= hashing.open({ file, algorithm, saved: known.hash, trusted, onAdvance: onHashed }))
    },
    async rehash({ file, size }, signal) {
      const again = hashing.open({ file, algorithm: algorithm ?? 'md5' })
      try {
        again.advance(size)
        return await again.digest(signal)
      } finally {
        again.close()
      }
    },
    rest(offset) {
      // Made from this very file, unless it has yet to pass what an earlier visit left.
      if (hasher && hasher.position >= (known.hash?.position ?? 0)) trusted = true
      save(offset)
      close()
    },
    forget() {
      close()
      return journal.forget(known.key)
    },
    async keepCopy(signal) {
      if (known.resumability !== 'reselect' || !source || !(await around.mayCopy(source.size))) return false
      signal.throwIfAborted()
      if (!(await journal.keep(known.key, source.file))) return false
      known.resumability = 'copy'
      return true
    },
    record(offset) {
      save(offset)
      return { ...known }
    },
  }
  return held
}

function begin(input: Input, around: FileSurroundings): Known {
  const facts = factsOf(input)
  return {
    ...facts,
    key: randomKey(),
    metadata: {},
    samples: undefined,
    fingerprint: fingerprintOf(facts, around),
    hash: undefined,
    resumability: 'reselect',
    createdAt: around.clock.now(),
  }
}

const asFile = ({ file, name, type, lastModified }: Source): File =>
  file instanceof File ? file : new File([file], name, { type, lastModified })

const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
