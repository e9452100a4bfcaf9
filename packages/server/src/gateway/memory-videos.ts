import type { VideoRecord } from './record.ts'
import { matches, newestFirst, type VideoStore } from './store.ts'

/** Records in memory: for tests, and where nothing need outlive the process. */
export function memoryVideos(): VideoStore {
  const records = new Map<string, VideoRecord>()
  return {
    open: async () => {},
    close: async () => {},
    read: async (id) => records.get(id),
    list: async (query) => [...records.values()].filter((record) => matches(record, query)).toSorted(newestFirst),
    async write(record) {
      if (record.revision !== (records.get(record.id)?.revision ?? 0) + 1) return false
      records.set(record.id, record)
      return true
    },
    async remove(id) {
      records.delete(id)
    },
  }
}
