import type { KeptRecord, SessionRecords } from './records.ts'
import { checkRevision, keyTaken } from './refusals.ts'

/** Keeps records in memory, for one process. */
export function memoryRecords(): SessionRecords {
  const kept = new Map<string, KeptRecord>()
  const keys = new Map<string, string>()
  const paths = new Map<string, string>()
  const numbers = new Map<string, number>()

  const keyOf = (owner: string | undefined, key: string): string => JSON.stringify([owner ?? null, key])

  const release = (id: string, path: string): void => {
    if (paths.get(path) === id) paths.delete(path)
  }

  return {
    open: async () => {},
    close: async () => {},
    read: async (id) => kept.get(id),
    readKey: async (owner, key) => kept.get(keys.get(keyOf(owner, key)) ?? ''),
    async *list() {
      yield* [...kept.values()]
    },
    async commit(record, own) {
      const before = kept.get(record.id)
      checkRevision(record, before?.record.revision)
      if (record.key !== undefined) {
        const key = keyOf(record.owner, record.key)
        const holder = keys.get(key) ?? record.id
        if (holder !== record.id) throw keyTaken()
        keys.set(key, holder)
      }
      kept.set(record.id, { record, own: own ?? before?.own })
    },
    async remove({ id, owner, key, complete }) {
      release(id, complete)
      numbers.delete(id)
      kept.delete(id)
      if (key !== undefined && keys.get(keyOf(owner, key)) === id) keys.delete(keyOf(owner, key))
    },
    async number(id) {
      const number = (numbers.get(id) ?? 0) + 1
      numbers.set(id, number)
      return number
    },
    async claim(id, path) {
      const holder = paths.get(path) ?? id
      paths.set(path, holder)
      return holder === id
    },
    isTaken: async (path) => paths.has(path),
    release: async (id, path) => release(id, path),
  }
}
