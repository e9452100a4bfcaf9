import { crc32 as crc32Of } from 'node:zlib'
import type { SessionRecords } from '../records/records.ts'
import { attachment } from '../disposition.ts'
import type { SessionRecord } from '../record.ts'
import type { Bucket, ObjectFacts, ObjectHeaders } from './s3-bucket.ts'
import { base64Crc } from './s3-crc.ts'
import { sizeOf } from './joined.ts'
import { readNotes, type Notes, type Tail } from './s3-notes.ts'

/** What an S3 store works with. */
export interface S3 {
  readonly bucket: Bucket
  readonly records: SessionRecords
  /** What every key begins with. */
  readonly prefix: string
  /** Least size of a part, in bytes. */
  readonly partSize: number
}

// No folder of uploads begins with a point.
export const tailsOf = (prefix: string): string => `${prefix}.chunkwise/tails/`

/** What a session begins with: its object is named by its id, so nobody else ever had that key. */
export const noNotes = ({ prefix }: S3, { complete }: SessionRecord): Notes => ({
  key: prefix + complete,
  ...{ parts: [], tails: [], digests: {}, crc32: 0 },
})

export async function notesOf(s3: S3, id: string): Promise<Notes | undefined> {
  const { own } = (await s3.records.read(id)) ?? {}
  return own === undefined ? undefined : readNotes(own)
}

/** What a stranger has uploaded is nothing that a browser runs, whoever hands the object out (S27). */
export const headersOf = ({ id, filename }: SessionRecord): ObjectHeaders => ({
  ContentType: 'application/octet-stream',
  ContentDisposition: attachment(filename),
  Metadata: { upload: id },
})

/** Whether there is an object that has all bytes of a session. */
export async function isThere({ bucket }: S3, key: string, { id, offset }: SessionRecord): Promise<boolean> {
  const facts = await bucket.head(key)
  return facts?.upload === id && facts.size === offset
}

/** All bytes of the tails, joined: fewer than a part has. */
export async function loadTails({ bucket }: S3, tails: readonly Tail[]): Promise<Buffer> {
  const loaded = await Promise.all(
    tails.map(async ({ key, size }) => Buffer.from(await new Response(await bucket.get(key, 0, size)).arrayBuffer())),
  )
  const joined = Buffer.concat(loaded)
  if (joined.length === sizeOf(tails)) return joined
  throw new Error(`S3 has lost bytes of ${tails.map(({ key }) => key).join(', ')}`)
}

/**
 * Makes one object of what a session has, which takes nothing more. Repeatable, and S3 compares it with the checksum of all bytes as they
 * came in.
 */
export async function assemble(s3: S3, record: SessionRecord, notes: Notes): Promise<void> {
  const { bucket, records } = s3
  const { key, upload, parts, tails } = notes
  if (await isThere(s3, key, record)) return
  const rest = await loadTails(s3, tails)
  const crc32 = base64Crc(notes.crc32)
  if (upload === undefined) {
    if (base64Crc(crc32Of(rest)) !== crc32) throw new Error(`S3 does not hold the bytes of ${key} as they came in`)
    await bucket.put(key, rest, headersOf(record))
  } else {
    const last = rest.length > 0 ? [await bucket.part(key, upload, await records.number(record.id), rest)] : []
    await bucket.finish(key, upload, [...parts, ...last], crc32)
  }
  checkObject(await bucket.head(key), record, key, crc32)
}

/** @throws Error if what S3 holds is not what came in. */
function checkObject(facts: ObjectFacts | undefined, { id, offset }: SessionRecord, key: string, crc32: string): void {
  const same = facts?.size === offset && facts.upload === id && (facts.crc32 ?? crc32) === crc32
  if (!same) throw new Error(`S3 does not hold ${key} as it came in: ${facts?.size ?? 'no'} bytes instead of ${offset}`)
}
