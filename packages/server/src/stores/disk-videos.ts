import { openLog, readLog, type DiskLog } from './disk-log.ts'
import { openRoot } from './disk-paths.ts'
import { videoRecord, type VideoRecord } from '../gateway/record.ts'
import { matches, newestFirst, type VideoStore } from '../gateway/store.ts'

/** Options of {@link diskVideos}. */
export interface DiskVideosOptions {
  /** Folder for the records; made if it is not there. */
  readonly dir: string
}

const path = 'videos.jsonl'

/**
 * Records in a folder of this machine, in one log: each change adds a line, synced before it counts.
 *
 * @throws TypeError if `dir` is empty.
 * @example
 * cloudflareStream({ accountId, apiToken, videos: diskVideos({ dir: './videos' }) })
 */
export function diskVideos({ dir }: DiskVideosOptions): VideoStore {
  if (dir === '') throw new TypeError('Option dir: expected a folder, got ""')
  const records = new Map<string, VideoRecord>()
  const writing = new Set<string>()
  let opening: Promise<DiskLog> | undefined

  function* whole(): Generator<string> {
    for (const record of records.values()) yield JSON.stringify(record)
  }

  async function start(): Promise<DiskLog> {
    const root = await openRoot(dir)
    const size = await readLog(root, path, learn)
    return openLog(root, { path, durable: true, whole }, size)
  }

  // What is no line of ours, as a power cut may leave it, counts for nothing.
  function learn(line: string): void {
    const value = valueOf(line)
    if (typeof value === 'object' && value !== null && 'removed' in value)
      return void records.delete(String(value.removed))
    const parsed = videoRecord.safeParse(value)
    if (parsed.success) records.set(parsed.data.id, parsed.data)
  }

  const opened = (): Promise<DiskLog> => (opening ??= start())

  return {
    async open() {
      await opened()
    },
    async close() {
      await (await opening)?.close()
    },
    async read(id) {
      await opened()
      return records.get(id)
    },
    async list(query) {
      await opened()
      return [...records.values()].filter((record) => matches(record, query)).toSorted(newestFirst)
    },
    async write(record) {
      const log = await opened()
      const next = (records.get(record.id)?.revision ?? 0) + 1
      // The last line of a record is what counts after a restart: so there is never one too many.
      if (record.revision !== next || writing.has(record.id)) return false
      writing.add(record.id)
      try {
        await log.add(JSON.stringify(record), () => void records.set(record.id, record))
        return true
      } finally {
        writing.delete(record.id)
      }
    },
    async remove(id) {
      const log = await opened()
      if (records.has(id)) await log.add(JSON.stringify({ removed: id }), () => void records.delete(id))
    },
  }
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
