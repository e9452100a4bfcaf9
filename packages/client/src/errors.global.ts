import type * as errors from './errors.ts'

declare global {
  /** What the script leaves behind. */
  var Chunkwise: typeof errors
}

/**
 * The errors of the script that has loaded this one: an error is one of its class, whichever file has made it. The build of what
 * a script tag loads later puts this file in the place of `errors.ts`.
 */
export const UploadError: typeof errors.UploadError = globalThis.Chunkwise.UploadError
