import { UploadError } from '../errors.ts'
import { adviceToServe } from '../opened-from-file.ts'

/** The error of a request that nobody answered. */
export const unreachable = (method: string, url: string, cause?: unknown): UploadError =>
  new UploadError('network', `Cannot reach ${new URL(url).host}: no answer to ${method}${adviceToServe()}`, { cause })
