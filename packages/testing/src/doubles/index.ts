export {
  djangoChunkedUploadDouble,
  type DjangoDouble,
  type DjangoDoubleOptions,
  type DjangoDoubleUpload,
} from './django-chunked-upload.ts'
export {
  iriChunkedUploadsDouble,
  type CrossDomain,
  type IriDouble,
  type IriDoubleOptions,
  type IriDoubleUpload,
} from './iri-chunked-uploads.ts'
export {
  arvanVodDouble,
  type ArvanDouble,
  type ArvanDoubleFile,
  type ArvanDoubleOptions,
  type ArvanDoubleVideo,
} from './arvan-vod.ts'
export {
  cloudflareStreamDouble,
  type CloudflareDouble,
  type CloudflareDoubleOptions,
  type CloudflareDoubleVideo,
} from './cloudflare-stream.ts'
export type { HostCall, HostFailure } from './host-answers.ts'
