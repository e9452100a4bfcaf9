import { UploadProblem } from '../problem.ts'
import type { PassedChunk } from './host.ts'
import type { VideoRecord } from './record.ts'
import { refused, type Upstream } from './upstream.ts'

/** A host that wants its secret with each request, and speaks tus: where the bytes stand, and a chunk passed on to it. */
export interface TusHost {
  offset(record: VideoRecord, signal?: AbortSignal): Promise<number>
  append(record: VideoRecord, chunk: PassedChunk): Promise<number>
}

const version = { 'Tus-Resumable': '1.0.0' }
const type = 'application/offset+octet-stream'

export function tusHost(upstream: Upstream, chunkTimeoutMs: number = 10 * 60_000): TusHost {
  return {
    async offset({ place, size }, signal) {
      const response = await upstream.ask({ method: 'HEAD', to: place, headers: version, signal })
      if (!response.ok) throw refused(response)
      return offsetIn(response, size)
    },
    async append({ place, size }, { offset, length, stream, signal }) {
      const response = await upstream.ask({
        ...{ method: 'PATCH', to: place, body: { stream, length }, timeoutMs: chunkTimeoutMs, signal },
        headers: { ...version, 'Upload-Offset': String(offset), 'Content-Type': type },
      })
      if (!response.ok) throw refused(response)
      return offsetIn(response, size)
    },
  }
}

function offsetIn({ headers }: Response, size: number): number {
  const text = headers.get('Upload-Offset') ?? ''
  const offset = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (offset <= size) return offset
  throw new UploadProblem('unavailable', 'The video host told no offset', { status: 502 })
}
