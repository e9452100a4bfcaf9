import type { UploaderOptions } from './options.ts'
import { createUploader as createUploaderFor, type Uploader } from './uploader.ts'
import { drfChunkedUpload } from './protocols/drf-chunked-upload.ts'

/**
 * Creates an uploader. One line is enough to begin: it speaks the protocol of drf-chunked-upload unless told otherwise.
 * Nothing is touched until the first upload is added or restored.
 *
 * @throws TypeError that names the option that is unknown or wrong.
 * @example
 * const uploader = createUploader({ endpoint: '/api/uploads/' })
 * const upload = uploader.add(file)
 * upload.subscribe(({ status, offset, size }) => render(status, offset / size))
 * await upload.finished
 */
export function createUploader(options: UploaderOptions): Uploader {
  // Without options it is the endpoint that is missed.
  return createUploaderFor({ ...options, protocol: options?.protocol ?? drfChunkedUpload() })
}
