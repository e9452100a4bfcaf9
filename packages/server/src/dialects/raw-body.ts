import type { WriteChunk } from '../chunk.ts'
import { createDigest, type DigestAlgorithm } from '../digest.ts'
import { markPiece } from '../pieces.ts'
import { isProblem, UploadProblem } from '../problem.ts'
import type { ByteSource } from '../store.ts'

/** What a body that is nothing but bytes must be like to count. */
export interface BodyRules {
  /** At most so many bytes. */
  readonly limit: number
  /** Its checksum, lower-case hex. */
  readonly proof?: { readonly algorithm: DigestAlgorithm; readonly value: string } | undefined
  readonly tooLong: () => UploadProblem
  readonly mismatch?: () => UploadProblem
}

/**
 * Stores the body of a request and tells how many bytes it had. Rejects when the body breaks a rule, so that nothing of it
 * counts; with the problem `incomplete-body` when it was cut off; with the signal's reason when that is aborted.
 */
export async function storeBody(
  request: Request,
  { limit, proof, tooLong, mismatch }: BodyRules,
  write: WriteChunk,
  signal: AbortSignal,
): Promise<number> {
  if (announcedLength(request) > limit) throw tooLong()
  const digest = proof && (await createDigest(proof.algorithm))
  async function* checked(source: ByteSource): AsyncGenerator<Uint8Array> {
    let size = 0
    for await (const bytes of source) {
      size += bytes.length
      if (size > limit) throw tooLong()
      digest?.update(bytes)
      yield bytes
    }
  }
  const size = await write(checked(readBody(request, signal)))
  if (digest && digest.hex() !== proof?.value)
    throw mismatch?.() ?? new UploadProblem('checksum-mismatch', 'Checksum does not match')
  return size
}

/** Bytes that a request says its body has; 0 where it does not. */
export function announcedLength({ headers }: Request): number {
  const text = headers.get('content-length') ?? ''
  return /^\d{1,16}$/.test(text) && !headers.has('transfer-encoding') ? Number(text) : 0
}

async function* readBody({ body }: Request, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  // A reader that waits for the network must let go when another request takes the session.
  const stop = (): void => void reader.cancel(signal.reason).catch(() => {})
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw isProblem(cause) ? cause : new UploadProblem('incomplete-body', 'The request was cut off', { cause })
      })
      signal.throwIfAborted()
      if (done) return
      markPiece(body, value)
      yield value
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
