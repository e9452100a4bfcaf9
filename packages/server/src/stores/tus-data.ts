import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { SessionRecords } from '../records/records.ts'
import type { StoredFile, UploadStore } from '../store.ts'
import { joined } from './joined.ts'
import { checksumOf } from './sums.ts'
import { createBytes, type TusDataStore, type TusUpload } from './tus-data-bytes.ts'
import { namesOf } from './tus-data-names.ts'
import {
  noNotes,
  notesOf,
  pieceId,
  straysOf,
  writeNotes,
  type DataNotes,
  type DataPiece,
  type TusData,
} from './tus-data-notes.ts'
import { runsOf } from './tus-data-source.ts'
import { openWriter } from './tus-data-writer.ts'

/** Options of {@link tusDataStore}. */
export interface TusDataStoreOptions {
  /** Where records are kept: `redisRecords({ redis })`, which all nodes share, or `memoryRecords()` for one process. */
  readonly records: SessionRecords
  /** What all ids begin with, `uploads/`. Default: nothing. */
  readonly prefix?: string
  /**
   * Removes an upload from where the data store keeps it, repeatably. Needed where the data store does not itself: `GCSStore` and
   * `AzureStore` never do, `S3Store` not what is whole.
   */
  readonly remove?: (id: string) => Promise<unknown>
}

/**
 * Keeps bytes in a data store of tus: `FileStore` of `@tus/file-store`, and those for the clouds of Google and Microsoft.
 * For S3 and for a disk there are stores that cost less, `s3Store` and `diskStore`.
 *
 * A data store adds to what it has and takes nothing back, and some show an upload only once it is whole. So each chunk
 * becomes an upload of its own, below `.chunkwise/pieces/`, and counts when the record names it. The end copies them into
 * one upload, whose id is the path of the file: that whoever looks into the bucket finds it there is what a data store is
 * chosen for. All bytes go through this server once more then, the data store has them twice until the copy is whole, and
 * the answer to the finish waits for it. A file that replaces another one does so from the start of the copy. That no two
 * nodes copy one file at once is left to the lock.
 *
 * Of each upload at work, no more is in memory than the data store itself takes: 64 MiB in `AzureStore`, next to nothing
 * in `FileStore`. To read from the middle is to pass over what is before it. The record notes each chunk, so they should
 * have some megabytes.
 *
 * Data stores cannot tell what they have, so `removeOrphans` finds nothing. What a dead node left of a session is removed
 * with its next commit, and at its end; of a creation that was never committed nobody knows. Below `.chunkwise/pieces/` a
 * rule of the bucket may drop what is older than any upload.
 *
 * @param dataStore gives bytes back (`read`), as those named here do
 * @throws TypeError for an option that is wrong or missing, naming it, and for a data store that cannot read.
 * @example
 * const store = tusDataStore(new FileStore({ directory: './uploads' }), { records: memoryRecords() })
 * createUploadHandler({ store })
 * @example
 * const remove = (id: string) => bucket.file(id).delete({ ignoreNotFound: true })
 * tusDataStore(new GCSStore({ bucket }), { records: redisRecords({ redis }), remove })
 */
export function tusDataStore(
  dataStore: TusDataStore,
  { records, prefix = '', remove }: TusDataStoreOptions,
): UploadStore {
  if (prefix !== '' && !/^[^/.][^\n]*\/$/.test(prefix))
    throw new TypeError(`Option prefix: expected something like "uploads/", got ${JSON.stringify(prefix)}`)
  const bytes = createBytes(dataStore, remove)
  const data: TusData = { bytes, records, prefix }
  const finalId = ({ complete }: SessionRecord): string => prefix + complete

  async function knownNotes({ id }: SessionRecord): Promise<DataNotes> {
    const notes = await notesOf(data, id)
    if (notes) return notes
    throw new UploadProblem('not-found', 'No such upload')
  }

  const isOf = ({ metadata }: TusUpload, { id }: SessionRecord): boolean => metadata?.['upload'] === id

  /** The upload that has all bytes of a session, if there is one already. */
  async function findFinal(record: SessionRecord): Promise<TusUpload | undefined> {
    const found = await bytes.find(finalId(record))
    return found && isOf(found, record) && found.offset === record.offset ? found : undefined
  }

  const streamOf = (
    record: SessionRecord,
    pieces: readonly DataPiece[],
    start?: number,
    end?: number,
  ): ReadableStream<Uint8Array> =>
    joined(
      pieces,
      ({ number, size }, ...range) => bytes.read(pieceId(data, record, number), size, ...range),
      start,
      end,
    )

  async function file(record: SessionRecord): Promise<StoredFile | undefined> {
    const { status, offset: size } = record
    const notes = await notesOf(data, record.id)
    if (!notes || status === 'expired') return undefined
    const final = status === 'uploading' ? undefined : await findFinal(record)
    if (!final)
      return status === 'complete' ? undefined : { stream: (...range) => streamOf(record, notes.pieces, ...range) }
    const { type, path } = final.storage ?? {}
    return {
      ...(type === 'file' && path !== undefined && { path }),
      stream: (start, end) => joined([{ size }], (_, ...range) => bytes.read(final.id, size, ...range), start, end),
    }
  }

  /** A finish that slept while another one came to the end must not take away what that one has made. */
  async function checkNewest({ id, revision }: SessionRecord): Promise<void> {
    if ((await records.read(id))?.record.revision !== revision)
      throw new UploadProblem('locked', 'The session has changed meanwhile', { retryAfter: 1 })
  }

  /** Removes all pieces that a session ever had. */
  async function removePieces({ id }: SessionRecord, notes: DataNotes): Promise<void> {
    const strays = straysOf(notes, (await records.number(id)) - 1)
    const numbers = [...notes.pieces.map(({ number }) => number), ...strays]
    await bytes.remove(numbers.map((number) => pieceId(data, { id }, number)))
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
    writer: (record) => openWriter(record, data),

    async commit(record) {
      if (record.status !== 'complete') return records.commit(record)
      // Publishing has removed them.
      const { pieces, cleared, digests } = await knownNotes(record)
      const emptied = { pieces: [], cleared: pieces.at(-1)?.number ?? cleared, digests }
      return records.commit(record, writeNotes(emptied))
    },

    async checksum(record, algorithm, signal) {
      signal?.throwIfAborted()
      const { digests } = await knownNotes(record)
      return checksumOf(digests, algorithm, () => file(record), signal)
    },

    async claim({ id }, path) {
      const [own = path, other] = namesOf(path)
      if (!(await records.claim(id, own))) return false
      if (other === undefined || (await records.claim(id, other))) return true
      await records.release(id, own)
      return false
    },

    async isTaken(path) {
      const taken = await Promise.all(namesOf(path).map((name) => records.isTaken(name)))
      return taken.includes(true)
    },

    async publish(record) {
      const { id, filename, offset: size, complete } = record
      const notes = await knownNotes(record)
      for (const name of namesOf(complete)) await records.claim(id, name)
      if (!(await findFinal(record))) {
        await checkNewest(record)
        // Left by a copy that a crash has cut off, or replaced.
        await bytes.remove([finalId(record)])
        // What a stranger has uploaded is nothing that a browser runs, whoever hands it out (S27).
        const metadata = { filename, contentType: 'application/octet-stream', upload: id }
        await bytes.add(finalId(record), runsOf(streamOf(record, notes.pieces)), { metadata, size })
      }
      await removePieces(record, notes)
    },

    file,

    async remove(record, { keepRecord = false } = {}) {
      const notes = await notesOf(data, record.id)
      await removePieces(record, notes ?? noNotes)
      const final = notes && (await bytes.find(finalId(record)))
      // Another file may have the name by now.
      if (notes && (!final || isOf(final, record))) await bytes.remove([finalId(record)])
      for (const name of namesOf(record.complete)) await records.release(record.id, name)
      if (!keepRecord) await records.remove(record)
    },

    // They cannot be listed.
    removeOrphans: async () => 0,
  }
}
