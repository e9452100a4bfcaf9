export { memoryRecords } from './records/memory.ts'
export type { KeptRecord, SessionRecords } from './records/records.ts'
export { s3Store, type S3StoreOptions } from './stores/s3.ts'
