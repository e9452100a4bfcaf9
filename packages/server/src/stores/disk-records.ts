import { sessionRecord, type SessionRecord } from '../record.ts'
import { checkRevision, keyTaken } from '../records/refusals.ts'
import { openLog, readLog } from './disk-log.ts'
import type { Root } from './disk-paths.ts'

/**
 * The records of a disk store, all in one log: each commit adds a line, and the last whole one of a session counts, so a
 * crash in mid-write leaves the record before it. Commits of parallel uploads share one sync.
 */
export interface DiskRecords {
  get(id: string): SessionRecord | undefined
  byKey(owner: string | undefined, key: string): SessionRecord | undefined
  all(): Iterable<SessionRecord>
  /** Durable when it resolves, unless the store is relaxed. */
  put(record: SessionRecord): Promise<void>
  remove(record: SessionRecord): Promise<void>
  close(): Promise<void>
}

const path = '.sessions/records.jsonl'

export async function openRecords(root: Root, durable: boolean): Promise<DiskRecords> {
  const records = new Map<string, SessionRecord>()
  const keys = new Map<string, string>()
  const keyOf = (owner: string | undefined, key: string): string => JSON.stringify([owner ?? null, key])

  function learn(record: SessionRecord): void {
    records.set(record.id, record)
    if (record.key !== undefined) keys.set(keyOf(record.owner, record.key), record.id)
  }

  function forget(record: SessionRecord): void {
    records.delete(record.id)
    if (record.key !== undefined) keys.delete(keyOf(record.owner, record.key))
  }

  function* whole(): Generator<string> {
    for (const record of records.values()) yield JSON.stringify(record)
  }

  const size = await readChanges(root, learn, (id) => {
    const record = records.get(id)
    if (record) forget(record)
  })
  const log = await openLog(root, { path, durable, whole }, size)

  return {
    get: (id) => records.get(id),
    byKey: (owner, key) => records.get(keys.get(keyOf(owner, key)) ?? ''),
    all: () => [...records.values()],
    async put(record) {
      checkRevision(record, records.get(record.id)?.revision)
      const holder = record.key === undefined ? undefined : keys.get(keyOf(record.owner, record.key))
      if (holder !== undefined && holder !== record.id) throw keyTaken()
      await log.add(JSON.stringify(record), () => learn(record))
    },
    async remove(record) {
      if (records.has(record.id)) await log.add(JSON.stringify({ removed: record.id }), () => forget(record))
    },
    close: () => log.close(),
  }
}

/** The records in a folder as they stand, without touching anything: another process may be writing them. */
export async function readRecords(root: Root): Promise<SessionRecord[]> {
  const records = new Map<string, SessionRecord>()
  await readChanges(
    root,
    (record) => void records.set(record.id, record),
    (id) => void records.delete(id),
  )
  return [...records.values()]
}

/** Reads what was ever told of sessions, in order. What is no line of ours, as a power cut may leave it, counts for nothing. */
async function readChanges(
  root: Root,
  put: (record: SessionRecord) => void,
  remove: (id: string) => void,
): Promise<number | undefined> {
  return readLog(root, path, (line) => {
    const value = readLine(line)
    if (typeof value === 'object' && value !== null && 'removed' in value) {
      remove(String(value.removed))
      return
    }
    const parsed = sessionRecord.safeParse(value)
    if (parsed.success) put(parsed.data)
  })
}

function readLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
