import type { S3Client } from '@aws-sdk/client-s3'
import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { SessionRecords } from '../records/records.ts'
import type { StoredFile, UploadStore } from '../store.ts'
import { joined } from './joined.ts'
import { createBucket } from './s3-bucket.ts'
import { readNotes, type Notes } from './s3-notes.ts'
import { assemble, headersOf, isThere, notesOf, tailsOf, type S3 } from './s3-objects.ts'
import { partLimits } from './s3-part-size.ts'
import { openWriter } from './s3-writer.ts'
import { checksumOf } from './sums.ts'

/** Options of {@link s3Store}. */
export interface S3StoreOptions {
  /** A client of `@aws-sdk/client-s3`, with its checksums as they are by default (`WHEN_SUPPORTED`). Whose it is destroys it. */
  readonly client: S3Client
  readonly bucket: string
  /** What all keys begin with, `uploads/`. Default: nothing. */
  readonly prefix?: string
  /** Where records are kept: `redisRecords({ redis })`, which all nodes share. */
  readonly records: SessionRecords
  /**
   * Least size of a part, in bytes: 8 MiB. An upload at work holds two of them in memory; they become larger for files of more than
   * 20 GB.
   */
  readonly partSize?: number
}

/**
 * Keeps bytes in S3, or in what speaks it, by multipart uploads: what is acknowledged is there, and any node goes on with it. Chunks may be of
 * any size; what is too small for a part is kept aside as an object. The end makes one object of the parts, without copying, and S3 compares
 * it with the checksum of the bytes as they came in.
 *
 * @throws TypeError for an option that is wrong, naming it.
 * @example
 * const store = s3Store({ client: new S3Client({ region: 'eu-central-1' }), bucket: 'films', records: redisRecords({ redis }) })
 * createUploadHandler({ store, locks: redisLocks({ redis }) })
 */
export function s3Store({
  client,
  bucket: name,
  prefix = '',
  records,
  partSize = 8 * 1024 ** 2,
}: S3StoreOptions): UploadStore {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    throw new TypeError(`Option bucket: expected the name of a bucket, got ${JSON.stringify(name)}`)
  if (prefix !== '' && !/^[^/.][^\n]*\/$/.test(prefix))
    throw new TypeError(`Option prefix: expected something like "uploads/", got ${JSON.stringify(prefix)}`)
  if (!(Number.isSafeInteger(partSize) && partSize >= partLimits.least && partSize <= partLimits.most))
    throw new TypeError(`Option partSize: expected ${partLimits.least} to ${partLimits.most} bytes, got ${partSize}`)
  const bucket = createBucket(client, name)
  const s3: S3 = { bucket, records, prefix, partSize }

  async function knownNotes({ id }: SessionRecord): Promise<Notes> {
    const notes = await notesOf(s3, id)
    if (notes) return notes
    throw new UploadProblem('not-found', 'No such upload')
  }

  const openPiece = ({ key }: Piece, from: number, to: number): Promise<AsyncIterable<Uint8Array>> =>
    bucket.get(key, from, to)

  /** The objects that have the bytes of a session, in order; `undefined` if there are none any more. */
  async function piecesOf(record: SessionRecord, notes: Notes): Promise<readonly Piece[] | undefined> {
    const { status, offset, size } = record
    const final = { key: prefix + record.complete, size: offset }
    if (status !== 'uploading' && (await isThere(s3, final.key, record))) return [final]
    if (status === 'complete') return undefined
    if (notes.parts.length === 0) return notes.tails
    // What takes bytes still is no object yet, and S3 reads nothing of it.
    if (status === 'uploading' && offset !== size)
      throw new UploadProblem('locked', 'An upload to S3 can be read once it has all its bytes')
    await assemble(s3, record, notes)
    return [{ key: notes.key, size: offset }]
  }

  /** What it is copied from is removed afterwards: so the copy is looked at. */
  async function copy(record: SessionRecord, from: string, to: string): Promise<void> {
    await bucket.copy(from, to, record.offset, headersOf(record))
    if (!(await isThere(s3, to, record))) throw new Error(`S3 has not copied ${from} to ${to}`)
  }

  async function file(record: SessionRecord): Promise<StoredFile | undefined> {
    const { own } = (await records.read(record.id)) ?? {}
    if (own === undefined || record.status === 'expired') return undefined
    const pieces = await piecesOf(record, readNotes(own))
    if (!pieces) return undefined
    const [only, ...others] = pieces
    return {
      stream: (start, end) => joined(pieces, openPiece, start, end),
      ...(only && others.length === 0 && { address: (seconds: number) => bucket.address(only.key, seconds) }),
    }
  }

  return {
    open: () => records.open(),
    check: () => records.open(),
    close: () => records.close(),
    read: async (id) => (await records.read(id))?.record,
    readKey: async (owner, key) => (await records.readKey(owner, key))?.record,
    async *list() {
      for await (const { record } of records.list()) yield record
    },
    writer: (record) => openWriter(record, s3),
    commit: (record) => records.commit(record),

    async checksum(record, algorithm, signal) {
      signal?.throwIfAborted()
      const { digests } = await knownNotes(record)
      return checksumOf(digests, algorithm, () => file(record), signal)
    },

    claim: ({ id }, path) => records.claim(id, path),
    isTaken: (path) => records.isTaken(path),

    async publish(record) {
      const final = prefix + record.complete
      const notes = await knownNotes(record)
      await records.claim(record.id, record.complete)
      if (!(await isThere(s3, final, record))) {
        await assemble(s3, record, notes)
        if (final !== notes.key) await copy(record, notes.key, final)
      }
      if (final !== notes.key) await bucket.remove(notes.key)
      for (const { key } of notes.tails) await bucket.remove(key)
    },

    file,

    async remove(record, { keepRecord = false } = {}) {
      const final = prefix + record.complete
      const notes = await notesOf(s3, record.id)
      if (notes) {
        if (notes.upload !== undefined) await bucket.abort(notes.key, notes.upload)
        for (const { key } of [...notes.tails, notes]) await bucket.remove(key)
        // Another file may have the name by now.
        if (final !== notes.key && (await bucket.head(final))?.upload === record.id) await bucket.remove(final)
      }
      if (keepRecord) await records.release(record.id, record.complete)
      else await records.remove(record)
    },

    async removeOrphans(_, ageMs) {
      const before = Date.now() - ageMs
      let removed = 0
      for await (const { key, at } of bucket.list(tailsOf(prefix))) {
        if (at > before || (await namesTail(s3, key))) continue
        await bucket.remove(key)
        removed += 1
      }
      for await (const { key, upload, at } of bucket.uploads(prefix)) {
        const id = uuid.exec(key.slice(prefix.length))?.[0]
        if (at > before || id === undefined || (await notesOf(s3, id))?.upload === upload) continue
        await bucket.abort(key, upload)
        removed += 1
      }
      return removed
    },
  }
}

/** An object that has some of the bytes. */
interface Piece {
  readonly key: string
  readonly size: number
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/

/** Whether a record counts on this object. */
async function namesTail(s3: S3, key: string): Promise<boolean> {
  const id = uuid.exec(key.slice(tailsOf(s3.prefix).length))?.[0] ?? ''
  return (await notesOf(s3, id))?.tails.some((tail) => tail.key === key) === true
}
