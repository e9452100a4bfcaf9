import type { SessionRecord } from '../record.ts'
import type { ByteSource, ChunkWriter } from '../store.ts'
import { sizeOf } from './joined.ts'
import { sumsOf, type Sums } from './sums.ts'
import { noNotes, notesOf, pieceId, straysOf, writeNotes, type TusData } from './tus-data-notes.ts'
import { runsOf } from './tus-data-source.ts'

/**
 * Opens the bytes of a session for one chunk. What came is an upload of the data store before `write` resolves, under an id that nobody else
 * writes: so whoever was fenced off can spoil nothing that counts.
 */
export async function openWriter(record: SessionRecord, data: TusData): Promise<ChunkWriter> {
  const { bytes, records } = data
  let base = (await notesOf(data, record.id)) ?? noNotes
  if (sizeOf(base.pieces) !== record.offset)
    throw new Error(`The notes of ${record.id} do not go to offset ${record.offset}`)
  let made = base
  let end = record.offset
  /** Numbers of ours that count for nothing until a commit names them. */
  const strays = new Set<number>()

  async function drop(numbers: readonly number[]): Promise<void> {
    await bytes.remove(numbers.map((number) => pieceId(data, record, number)))
    for (const number of numbers) strays.delete(number)
  }

  async function take(source: ByteSource): Promise<void> {
    const sums = await sumsOf(record, base.digests)
    const runs = runsOf(summed(source, sums))
    if (await runs.more()) {
      const number = await records.number(record.id)
      strays.add(number)
      const metadata = { upload: record.id, contentType: 'application/octet-stream' }
      const size = await bytes.add(pieceId(data, record, number), runs, { metadata })
      made = { ...base, pieces: [...base.pieces, { number, size }], digests: sums.save() }
      end = record.offset + size
    }
    if (runs.broken) throw runs.broken.error
  }

  /** Whoever had a number before ours can commit no more, now that we have: what they wrote is in nobody's way. */
  async function clear(newest: number): Promise<void> {
    await drop(straysOf(base, newest))
    base = { ...base, cleared: newest }
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
      const noted = next.offset === record.offset + sizeOf(made.pieces) - sizeOf(base.pieces) ? made : base
      if (sizeOf(noted.pieces) !== next.offset) throw new Error(`Nothing was written up to ${next.offset}`)
      await records.commit(next, writeNotes(noted))
      const newest = Math.max(base.cleared, ...strays)
      base = noted
      for (const { number } of base.pieces) strays.delete(number)
      // What cannot be removed now is tried again by the next commit, and at the end.
      await clear(newest).catch(() => {})
    },
    async close() {
      if (strays.size === 0) return
      // A commit whose answer was lost may count all the same.
      const counts = await notesOf(data, record.id)
      for (const { number } of counts?.pieces ?? []) strays.delete(number)
      await drop([...strays]).catch(() => {})
    },
  }
}

async function* summed(source: ByteSource, sums: Sums): ByteSource & AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    sums.update(bytes)
    yield bytes
  }
}
