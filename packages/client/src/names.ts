// What a page may use, whether it imports the package or has it by a script tag.

export { drfChunkedUpload, type DrfOptions } from './protocols/drf-chunked-upload.ts'
export { djangoChunkedUpload, type DjangoOptions } from './protocols/django-chunked-upload.ts'
export { iriChunkedUploads, type IriOptions } from './protocols/iri-chunked-uploads.ts'
export { tus } from './protocols/tus.ts'
export type { TusOptions } from './protocols/tus-options.ts'
export { cloudflareStream, supabase, vimeo } from './protocols/tus-presets.ts'
export { hostedVideo, type HostedVideo } from './protocols/hosted-video.ts'
export { followVideo, type FollowOptions } from './follow-video.ts'
export { chunkChecksum, type ChunkChecksum } from './protocols/chunk-checksum.ts'
export { djangoTus, type DjangoTusOptions } from './protocols/django-tus.ts'
export { ietf, type IetfOptions } from './protocols/ietf.ts'
export { detect, type Detected, type DetectOptions } from './protocols/detect.ts'
export { auto } from './protocols/auto.ts'
export { createUploader } from './create-uploader.ts'
export { UploadError, type ErrorCode } from './errors.ts'
export { can, type PauseReason, type Status, type UploadState, type UploadStateOf } from './machine.ts'
export { memoryStore } from './stores/memory.ts'
export { indexedDbStore } from './stores/indexed-db.ts'
export { fetchTransport } from './transports/fetch.ts'
export { xhrTransport } from './transports/xhr.ts'
export type { Csrf } from './csrf.ts'
export type { HeadersOption, UploaderOptions } from './options.ts'
export type { OnUnauthorized } from './renewal.ts'
export type { RetryPolicy } from './retry.ts'
export type {
  Algorithm,
  Checksum,
  Chunk,
  ChunkRules,
  Clock,
  Complete,
  Confirmed,
  FarEnd,
  FileFacts,
  Gone,
  Hasher,
  Hashing,
  HashOptions,
  HashState,
  Json,
  KeptSource,
  Protocol,
  ProtocolRequest,
  Reply,
  Resumability,
  Session,
  SessionStore,
  Source,
  SourceFacts,
  Tools,
  Transport,
  TransportRequest,
  Unanswered,
  UploadRecord,
} from './types.ts'
export type { Finished, Upload, UploadNotice } from './upload.ts'
export type { Uploader, UploaderState } from './uploader.ts'
