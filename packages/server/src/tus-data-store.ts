export { memoryRecords } from './records/memory.ts'
export type { KeptRecord, SessionRecords } from './records/records.ts'
export type { TusDataStore, TusUpload } from './stores/tus-data-bytes.ts'
export { tusDataStore, type TusDataStoreOptions } from './stores/tus-data.ts'
