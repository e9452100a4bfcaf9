import { crc32 as crcOf } from 'node:zlib'
import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { ByteSource, ChunkWriter } from '../store.ts'
import { sizeOf } from './joined.ts'
import { writeNotes, type Notes } from './s3-notes.ts'
import { headersOf, loadTails, noNotes, notesOf, tailsOf, type S3 } from './s3-objects.ts'
import { gather, giveBack } from './s3-part-memory.ts'
import { partSize } from './s3-part-size.ts'
import { sumsOf } from './sums.ts'

/** So many small pieces are kept beside each other; then they are made one. */
const mostTails = 32

/**
 * Opens the bytes of a session for one chunk. What came is in S3 before `write` resolves, in parts that nobody else's has the number of, and
 * what is left in an object that nobody else writes: so whoever was fenced off can spoil nothing that counts.
 */
export async function openWriter(record: SessionRecord, s3: S3): Promise<ChunkWriter> {
  const { bucket, records, prefix } = s3
  let base = (await notesOf(s3, record.id)) ?? noNotes(s3, record)
  if (sizeOf(base.parts) + sizeOf(base.tails) !== record.offset)
    throw new Error(`The notes of ${record.id} do not go to offset ${record.offset}`)
  let made = base
  let end = record.offset
  let upload = base.upload
  /** Objects of ours that count for nothing until a commit names them. */
  const strays = new Set<string>()

  async function ship(bytes: Uint8Array): Promise<Notes['parts'][number]> {
    upload ??= await bucket.begin(base.key, headersOf(record))
    return bucket.part(base.key, upload, await records.number(record.id), bytes)
  }

  async function setAside(bytes: Uint8Array): Promise<Notes['tails'][number]> {
    const key = `${tailsOf(prefix)}${record.id}/${crypto.randomUUID()}`
    strays.add(key)
    await bucket.put(key, bytes)
    return { key, size: bytes.length }
  }

  async function drop(keys: Iterable<string>): Promise<void> {
    for (const key of keys)
      // What cannot be removed now is found by the sweep.
      await bucket.remove(key).then(
        () => strays.delete(key),
        () => undefined,
      )
  }

  /** Who was fenced off looks for what others have made parts of since. */
  async function unlessOvertaken(error: unknown): Promise<never> {
    const now = await notesOf(s3, record.id)
    if (JSON.stringify(now?.tails) === JSON.stringify(base.tails)) throw error
    throw new UploadProblem('locked', 'The session has changed meanwhile', { retryAfter: 1, cause: error })
  }

  async function take(source: ByteSource): Promise<void> {
    const sums = await sumsOf(record, base.digests)
    let { crc32 } = base
    const parts = [...base.parts]
    let { tails } = base
    let pieces: Uint8Array[] = []
    let held = 0
    let received = 0
    let cause: { readonly error: unknown } | undefined
    let flying: Promise<void> = Promise.resolve()

    /** Puts what was kept aside before what is held. */
    async function loadAll(): Promise<void> {
      if (tails.length === 0) return
      const before = await loadTails(s3, tails).catch(unlessOvertaken)
      pieces.unshift(before)
      held += before.length
      tails = []
    }

    /** One part is on its way while the next one fills. */
    async function send(size: number): Promise<void> {
      await flying
      const gathered = gather(pieces, size)
      pieces = gathered.left
      held -= size
      flying = ship(gathered.bytes).then((part) => {
        parts.push(part)
        // Only now: what S3 has not confirmed may still be on its way.
        giveBack(gathered.bytes)
      })
      // Looked at where it is waited for.
      flying.catch(() => {})
    }

    async function sendFull(): Promise<void> {
      for (;;) {
        const wanted = partSize(record.size, sizeOf(parts), s3.partSize)
        if (held + sizeOf(tails) < wanted) return
        await loadAll()
        await send(wanted)
      }
    }

    try {
      for await (const bytes of source) {
        // An array that has no memory at all makes zlib begin its sum anew.
        if (bytes.length === 0) continue
        pieces.push(bytes)
        held += bytes.length
        received += bytes.length
        sums.update(bytes)
        crc32 = crcOf(bytes, crc32)
        await sendFull()
      }
    } catch (error) {
      cause = { error }
    }
    await flying
    const isWhole = record.offset + received === record.size
    if (tails.length >= mostTails || (isWhole && parts.length > 0)) await loadAll()
    const rest = Buffer.concat(pieces)
    if (rest.length > 0) {
      if (isWhole && parts.length > 0) parts.push(await ship(rest))
      else tails = [...tails, await setAside(rest)]
    }
    made = { ...base, upload, parts, tails, digests: sums.save(), crc32 }
    end = record.offset + received
    if (cause) throw cause.error
  }

  return {
    get end() {
      return end
    },
    async write(position, source) {
      if (position !== record.offset) throw new Error(`Bytes go on at ${record.offset}, not at ${position}`)
      made = base
      end = record.offset
      await take(source)
    },
    async commit(next) {
      const stands = sizeOf(made.parts) + sizeOf(made.tails)
      const noted = next.offset === stands ? made : base
      if (sizeOf(noted.parts) + sizeOf(noted.tails) !== next.offset)
        throw new Error(`Nothing was written up to ${next.offset}`)
      await records.commit(next, writeNotes(noted))
      const named = new Set(noted.tails.map(({ key }) => key))
      const before = base.tails.map(({ key }) => key)
      base = noted
      for (const key of named) strays.delete(key)
      await drop(before.filter((key) => !named.has(key)))
    },
    async close() {
      if (strays.size === 0 && upload === base.upload) return
      // A commit whose answer was lost may count all the same.
      const counts = await notesOf(s3, record.id)
      for (const { key } of counts?.tails ?? []) strays.delete(key)
      await drop(strays)
      if (upload !== undefined && upload !== base.upload && upload !== counts?.upload)
        await bucket.abort(base.key, upload)
    },
  }
}
