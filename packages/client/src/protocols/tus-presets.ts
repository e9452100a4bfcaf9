import type { TusOptions } from './tus-options.ts'

const KiB = 1024
const MiB = 1024 * KiB

/**
 * Cloudflare Stream. Uploads are created by the app's own backend with the account's secret: it gives the address as
 * `uploadUrl`, or answers the creation itself with the host's address as `Location`. The host gets no credentials.
 *
 * @example
 * tus({ ...cloudflareStream, uploadUrl: async ({ size }) => (await myBackend.mint(size)).url })
 */
export const cloudflareStream: TusOptions = {
  chunk: { min: 5 * MiB, max: 200 * MiB, multipleOf: 256 * KiB },
  origins: ['https://upload.videodelivery.net', 'https://*.cloudflarestream.com'],
}

/**
 * Supabase Storage: chunks of exactly 6 MiB, the first one with the creation. The uploader's `metadata` must give `bucketName`;
 * `objectName` is the file's name and `contentType` its type unless it gives them too.
 *
 * @example
 * const endpoint = 'https://project.storage.supabase.co/storage/v1/upload/resumable'
 * createUploader({ endpoint, protocol: tus(supabase), metadata: { bucketName: 'films' }, headers })
 */
export const supabase: TusOptions = {
  chunk: { exact: 6 * MiB },
  creationWithUpload: true,
  metadata: ({ name, type, metadata }) => ({ objectName: name, contentType: type, ...metadata }),
}

/**
 * Vimeo. The app's own backend creates the video and gives its `upload_link` as `uploadUrl`; there is no other way, and the host
 * gets no credentials.
 *
 * @example
 * tus({ ...vimeo, uploadUrl: async ({ size }) => (await myBackend.createVideo(size)).upload_link })
 */
export const vimeo: TusOptions = { origins: ['https://*.vimeo.com'] }
