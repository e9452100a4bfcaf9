import type { UploadStore } from './store.ts'

/** A store whose every method is another one's: to be built upon, whatever the other one is made of. */
export const passOn = (store: UploadStore): UploadStore => ({
  open: async () => store.open(),
  close: async () => store.close(),
  check: async () => store.check?.(),
  read: async (id) => store.read(id),
  readKey: async (owner, key) => store.readKey(owner, key),
  list: () => store.list(),
  writer: async (record) => store.writer(record),
  commit: async (record) => store.commit(record),
  checksum: async (record, algorithm, signal) => store.checksum(record, algorithm, signal),
  claim: async (record, path) => store.claim(record, path),
  isTaken: async (path) => store.isTaken(path),
  publish: async (record) => store.publish(record),
  file: async (record) => store.file(record),
  remove: async (record, options) => store.remove(record, options),
  removeOrphans: async (extension, ageMs) => store.removeOrphans(extension, ageMs),
  space: async () => store.space?.(),
})
