import { writeMetadata, type Metadata } from '@chunkwise/protocol'
import type { FileFacts, Tools } from '../types.ts'
import { cannot } from './answer.ts'

/**
 * What a creation says of a file besides its size: metadata, and the key by which a server knows a creation that comes again after
 * its answer was lost (F33). The key goes to the page's own origin only: elsewhere a server that does not allow the header
 * would refuse the preflight.
 *
 * @throws UploadError `rejected` for metadata that cannot be written.
 */
export function creationHeaders(
  action: string,
  { key }: FileFacts,
  metadata: Metadata,
  { endpoint }: Tools,
): Record<string, string> {
  const known = new URL(endpoint).origin === globalThis.location?.origin
  try {
    const told = writeMetadata(metadata)
    return { ...(told && { 'Upload-Metadata': told }), ...(known && { 'Idempotency-Key': `"${key}"` }) }
  } catch (cause) {
    throw cannot('rejected', action, String(cause), cause)
  }
}
