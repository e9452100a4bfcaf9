// While the script runs for the first time it learns where it is from, for what it loads later.
// oxlint-disable-next-line import/no-unassigned-import -- it has to run now, and is used later
import './checksum/script-tag.ts'

// The names of the package, less those of tus and of the IETF draft, which do not fit into one small file yet.
export {
  can,
  createUploader,
  djangoChunkedUpload,
  drfChunkedUpload,
  fetchTransport,
  indexedDbStore,
  iriChunkedUploads,
  memoryStore,
  UploadError,
  xhrTransport,
} from './index.ts'
