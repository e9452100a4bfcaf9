import type { KeptSource, SessionStore, UploadRecord } from '../types.ts'

/** Remembers uploads for as long as the page lives: for tests, and where nothing may be left behind. */
export function memoryStore(): SessionStore {
  const records = new Map<string, UploadRecord>()
  const sources = new Map<string, KeptSource>()
  return {
    list: async () => [...records.values()],
    put: async (some) => some.forEach((record) => records.set(record.key, record)),
    delete: async (key) => {
      records.delete(key)
      sources.delete(key)
    },
    source: async (key) => sources.get(key),
    keep: async (key, source) => void sources.set(key, source),
  }
}
