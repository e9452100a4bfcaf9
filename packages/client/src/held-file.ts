import type { Metadata } from '@chunkwise/protocol'
import { objection, type Restrictions } from './accept.ts'
import { UploadError } from './errors.ts'
import { fingerprintOf, samplesOf } from './fingerprint.ts'
import type { Found } from './machine.ts'
import type { Journal } from './persist.ts'
import { createSource, factsOf, reopen, type Source, type SourceFacts } from './source.ts'
import type {
  Algorithm,
  Checksum,
  Clock,
  FileFacts,
  Hasher,
  Hashing,
  HashState,
  KeptSource,
  Resumability,
  UploadRecord,
} from './types.ts'

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
export interface FileSurroundings {
  readonly endpoint: string
  readonly owner: string
  readonly algorithm: Algorithm | undefined
  readonly clock: Clock
  readonly journal: Journal
  readonly hashing: Hashing
  readonly restrictions: Restrictions
  metadata(file: File): Metadata
  /** Records of earlier visits under this fingerprint that no upload of this page goes on from. */
  lookUp(fingerprint: string): Promise<readonly UploadRecord[]>
  /** From now on an upload of this page goes on from the record; `false` if another does already. */
  claim(key: string): boolean
  /** Whether copies of this many more bytes may be kept. */
  mayCopy(size: number): Promise<boolean>
}

/** The file of one upload: how it is had, known, proven, read and hashed, now and after a reload. */
export interface HeldFile {
  readonly key: string
  readonly fingerprint: string
  readonly identity: SourceFacts
  readonly input: Input | undefined
  readonly samples: readonly string[] | undefined
  readonly resumability: Resumability
  /** From now on this is the file; proven by `prove`. */
  take(input: Input): void
  /** Lets go of a file that is not, or no longer, this upload's. */
  release(error: UploadError): void
  /** A click is at hand, in which the person can be asked for permission. */
  allowAsking(): void
  /** Rejects with `file-needed` if there is no file to be had, or with what the restrictions say of it. */
  open(): Promise<Source>
  /** Proves that the file is the one begun (else `file-mismatch`), or finds the record of an earlier visit for it. */
  prove(source: Source, signal: AbortSignal): Promise<Found | undefined>
  describe(source: Source, checksum?: Checksum): FileFacts
  /** The running hash; `undefined` if nobody compares it. */
  hasher(source: Source, onAdvance: (position: number) => void): Hasher | undefined
  /** The digest of the file as it is now, from its first byte. */
  rehash(source: Source, signal: AbortSignal): Promise<string>
  /** Ends the hash, and keeps its state for `offset`. */
  rest(offset: number): void
  close(): void
  /** Keeps a copy for after a reload, if that is needed and allowed; whether it did. */
  keepCopy(signal: AbortSignal): Promise<boolean>
  record(offset: number): FileRecord
}

/** Where the file of an upload comes from: the page, or what an earlier visit remembered. */
export type Origin =
  | { readonly input: Input; readonly record?: undefined }
  | { readonly record: UploadRecord; readonly input?: undefined }

export function holdFile(origin: Origin, around: FileSurroundings): HeldFile {
  const { journal, algorithm } = around
  const { record: old } = origin
  let { input } = origin
  let source: Source | undefined
  let hasher: Hasher | undefined
  let hash = old?.hash
  let mayAsk = false
  // Whether size, date and samples agree with what the saved hash was made from.
  let trusted = false
  let key = old?.key ?? randomKey()
  let identity: SourceFacts = old ?? (input instanceof Blob ? factsOf(input) : { ...unknown, name: input?.name ?? '' })
  let { samples, metadata } = old ?? { samples: undefined, metadata: undefined }
  let resumability: Resumability = old?.resumability ?? 'reselect'
  let createdAt = old?.createdAt ?? around.clock.now()

  let fingerprint = nameOf(identity)
  function nameOf(facts: SourceFacts): string {
    return fingerprintOf(facts, around.endpoint, around.owner)
  }

  async function open(): Promise<Source> {
    if (source) return source
    const opened = await createSource(input ?? (await reopen(await remembered(), identity, mayAsk)))
    const refusal = objection(opened, around.restrictions)
    if (refusal) throw refusal
    return (source = opened)
  }

  async function remembered(): Promise<KeptSource> {
    const kept = await journal.source(key)
    if (kept) return kept
    resumability = 'reselect'
    throw new UploadError('file-needed', `Cannot read "${identity.name}": choose the file again`)
  }

  async function prove(opened: Source, signal: AbortSignal): Promise<Found | undefined> {
    await opened.probe(0)
    if (algorithm !== undefined) await around.hashing.ready(algorithm, signal)
    const found = samples || old ? await compare(opened, signal) : await recognise(opened, signal)
    signal.throwIfAborted()
    if (opened.handle && (await journal.keep(key, opened.handle))) resumability = 'handle'
    return found
  }

  async function compare(opened: Source, signal: AbortSignal): Promise<undefined> {
    const refuse = (why: string): never => {
      throw new UploadError(
        'file-mismatch',
        `Cannot go on with "${opened.name}": it is not the file that was begun, ${why}`,
      )
    }
    if (opened.size !== identity.size) refuse(`which has ${identity.size} bytes where this one has ${opened.size}`)
    const theirs = await samplesOf(opened.file, signal)
    if (samples && !same(samples, theirs)) refuse('since its contents differ')
    samples ??= theirs
    trusted = opened.lastModified === identity.lastModified
  }

  async function recognise(opened: Source, signal: AbortSignal): Promise<Found | undefined> {
    identity = opened
    fingerprint = nameOf(opened)
    samples = await samplesOf(opened.file, signal)
    const candidates = await around.lookUp(fingerprint)
    signal.throwIfAborted()
    const known = candidates.find((candidate) => !candidate.samples || same(candidate.samples, samples))
    const found = known && around.claim(known.key) ? known : undefined
    metadata = found?.metadata ?? around.metadata(asFile(opened))
    if (!found) return undefined
    // What was remembered when this file was added is the other record's now.
    void journal.forget(key)
    ;({ key, hash, createdAt, resumability } = found)
    trusted = true
    return foundIn(found)
  }

  return {
    get key() {
      return key
    },
    get fingerprint() {
      return fingerprint
    },
    get identity() {
      return identity
    },
    get input() {
      return input
    },
    get samples() {
      return samples
    },
    get resumability() {
      return resumability
    },
    take(file) {
      close()
      source = undefined
      input = file
    },
    release({ code }) {
      close()
      source = undefined
      input = undefined
      // What was hashed of a file that then changed proves nothing.
      if (code === 'file-changed') hash = undefined
    },
    allowAsking: () => void (mayAsk = true),
    open,
    prove,
    describe: ({ name, type, size }, checksum) => ({ key, name, type, size, metadata: metadata ?? {}, checksum }),
    hasher(opened, onAdvance) {
      if (algorithm === undefined) return undefined
      return (hasher ??= around.hashing.open({ file: opened.file, algorithm, saved: hash, trusted, onAdvance }))
    },
    async rehash(opened, signal) {
      const again = around.hashing.open({ file: opened.file, algorithm: algorithm ?? 'md5' })
      try {
        again.advance(opened.size)
        return await again.digest(signal)
      } finally {
        again.close()
      }
    },
    rest(offset) {
      // Made from this very file, unless it has yet to pass what an earlier visit left.
      if (hasher && hasher.position >= (hash?.position ?? 0)) trusted = true
      hash = saved(offset)
      close()
    },
    close,
    async keepCopy(signal) {
      if (resumability !== 'reselect' || !source || !(await around.mayCopy(source.size))) return false
      signal.throwIfAborted()
      if (!(await journal.keep(key, source.file))) return false
      resumability = 'copy'
      return true
    },
    record(offset) {
      hash = saved(offset)
      const { name, type, size, lastModified } = identity
      return {
        ...{ key, name, type, size, lastModified, metadata: metadata ?? {}, samples, fingerprint },
        ...{ hash, resumability, createdAt },
      }
    },
  }

  function saved(offset: number): HashState | undefined {
    return hasher?.saved(offset) ?? hash
  }

  function close(): void {
    hasher?.close()
    hasher = undefined
  }
}

/** What a record says to the machine. */
export const foundIn = ({ session, offset, restarts, poisoned = false, unanswered }: UploadRecord): Found => ({
  ...{ session, offset: session ? offset : 0, restarts, poisoned, unanswered },
})

// Only an opened handle tells more than a name.
const unknown: SourceFacts = { name: '', type: '', size: 0, lastModified: 0 }

const asFile = ({ file, name, type, lastModified }: Source): File =>
  file instanceof File ? file : new File([file], name, { type, lastModified })

const same = (ours: readonly string[] | undefined, theirs: readonly string[] | undefined): boolean =>
  ours?.join() === theirs?.join()

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
