import type { IncomingHttpHeaders } from 'node:http'

import type { LabRequest } from '../../src/lab/state.ts'

// Bodies that are bytes of the file and nothing else: those of tus and of the IETF draft.
const raw = new Set(['application/offset+octet-stream', 'application/partial-upload'])

/** The bytes of the file that a request carries, as far as its head says. */
export function rangeOf(headers: IncomingHttpHeaders): LabRequest['range'] {
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(headers['content-range'] ?? '') ?? []
  if (first !== undefined) return { start: Number(first), end: Number(last) + 1 }
  const size = Number(headers['content-length'] ?? 0)
  if (!raw.has(headers['content-type'] ?? '') || size === 0) return undefined
  // The first bytes may come with the creation, which names no offset.
  const start = Number(headers['upload-offset'] ?? 0)
  return { start, end: start + size }
}
