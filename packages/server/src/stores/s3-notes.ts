import * as z from 'zod/mini'
import type { Part } from './s3-bucket.ts'
import type { SumStates } from './sums.ts'

/** A piece that is smaller than a part, kept as an object of its own until it can be one of a part. */
export interface Tail {
  readonly key: string
  /** Bytes. */
  readonly size: number
}

/** What an S3 store notes beside a record: where the bytes below its offset are, in order. */
export interface Notes {
  /** The object that is becoming. */
  readonly key: string
  /** S3's name for the upload of it, once it has parts. */
  readonly upload?: string | undefined
  readonly parts: readonly Part[]
  /** What follows on the parts. */
  readonly tails: readonly Tail[]
  /** States of checksums at the offset. */
  readonly digests: SumStates
  /** CRC-32 of all bytes so far. */
  readonly crc32: number
}

const count = z.int().check(z.minimum(0))
const notes = z.object({
  key: z.string(),
  upload: z.optional(z.string()),
  parts: z.array(z.object({ number: count, size: count, etag: z.string(), crc32: z.string() })),
  tails: z.array(z.object({ key: z.string(), size: count })),
  digests: z.record(z.string(), z.string()),
  crc32: count,
})

export const writeNotes = (made: Notes): string => JSON.stringify(made)

/** @throws Error for what is none of ours. */
export const readNotes = (text: string): Notes => notes.parse(JSON.parse(text))
