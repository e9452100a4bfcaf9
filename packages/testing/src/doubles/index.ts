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
