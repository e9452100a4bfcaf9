import * as z from 'zod/mini'
import type { SessionRecord } from '../record.ts'
import type { SessionRecords } from '../records/records.ts'
import type { SumStates } from './sums.ts'
import type { DataBytes } from './tus-data-bytes.ts'

/** What a store over a data store works with. */
export interface TusData {
  readonly bytes: DataBytes
  readonly records: SessionRecords
  /** What every id begins with. */
  readonly prefix: string
}

/** Bytes that were committed together, as an upload of the data store. */
export interface DataPiece {
  /** The session's own; no other one ever had it. */
  readonly number: number
  /** Bytes. */
  readonly size: number
}

/** What is noted beside a record: where the bytes below its offset are, in order. */
export interface DataNotes {
  /** None any more once the file is complete. */
  readonly pieces: readonly DataPiece[]
  /** Nothing is left of the pieces up to this number that are not named here: of later ones, of dead writers, there may be. */
  readonly cleared: number
  /** States of checksums at the offset. */
  readonly digests: SumStates
}

const count = z.int().check(z.minimum(0))
const notes = z.object({
  pieces: z.array(z.object({ number: count, size: count })),
  cleared: count,
  digests: z.record(z.string(), z.string()),
})

/** What a session begins with. */
export const noNotes: DataNotes = { pieces: [], cleared: 0, digests: {} }

export const writeNotes = (made: DataNotes): string => JSON.stringify(made)

/** @throws Error for what is none of ours. */
export async function notesOf({ records }: TusData, id: string): Promise<DataNotes | undefined> {
  const { own } = (await records.read(id)) ?? {}
  return own === undefined ? undefined : notes.parse(JSON.parse(own))
}

/** The id of a piece. No folder of uploads begins with a point. */
export const pieceId = ({ prefix }: TusData, { id }: Pick<SessionRecord, 'id'>, number: number): string =>
  `${prefix}.chunkwise/pieces/${id}-${number}`

/** The numbers up to `newest` that no notes name, and of which something may be left. */
export function straysOf({ pieces, cleared }: DataNotes, newest: number): number[] {
  const named = new Set(pieces.map(({ number }) => number))
  const after = Array.from({ length: Math.max(0, newest - cleared) }, (_, index) => cleared + 1 + index)
  return after.filter((number) => !named.has(number))
}
