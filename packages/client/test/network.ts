import type { FakeClock } from '@chunkwise/testing'
import { UploadError } from '../src/errors.ts'
import type { Transport, TransportRequest } from '../src/types.ts'

/**
 * What becomes of a request: applied, and its answer lost; never applied; applied twice; applied before the request after next,
 * when nobody waits for it any more; or something in between answers in the server's place.
 */
export type Trouble = 'lost' | 'drop' | 'duplicate' | 'late' | 'busy' | 'portal'

export const troubles: readonly Trouble[] = ['lost', 'drop', 'duplicate', 'late', 'busy', 'portal']

/** A way to a server that is a function like `fetch`, in virtual time. */
export interface Network {
  readonly transport: Transport
  /** Requests so far, in order, and which bytes they carry: `POST /upload/ bytes 0-9/25`, `PATCH /files/1 bytes 10-`. */
  readonly log: readonly string[]
  readonly requests: readonly TransportRequest[]
}

/** @param troubleOf what becomes of the n-th request, counted from 1; nothing bad by default. */
export function createNetwork(
  server: { fetch(request: Request): Promise<Response> },
  clock: FakeClock,
  troubleOf: (number: number) => Trouble | undefined = () => undefined,
): Network {
  const log: string[] = []
  const requests: TransportRequest[] = []
  const held = new Map<number, () => Promise<Response>>()
  const transport: Transport = async (request, { signal, onSent }) => {
    signal.throwIfAborted()
    const { method, url, headers, body = null, carries } = request
    requests.push(request)
    const range = rangeOf(headers)
    const number = log.push(`${method} ${new URL(url).pathname}${range}`)
    const trouble = troubleOf(number)
    const goOn = clock.hold()
    try {
      const read = new Request(url, { method, headers, body })
      const bytes = await read.arrayBuffer()
      const type = read.headers.get('Content-Type')
      const deliver = (): Promise<Response> =>
        server.fetch(
          new Request(url, {
            method,
            headers: { ...headers, ...(type !== null && { 'Content-Type': type }) },
            ...(bytes.byteLength > 0 && { body: bytes }),
          }),
        )
      await held.get(number)?.()
      // What is applied and has no answer is on its way already, whoever gives it up.
      if (trouble !== 'lost' && trouble !== 'duplicate') signal.throwIfAborted()
      if (trouble === 'drop') throw new TypeError('It never arrived')
      if (carries !== undefined) onSent(bytes.byteLength)
      if (trouble === 'late') {
        held.set(number + 2, deliver)
        throw new TypeError('It was held on its way')
      }
      if (trouble === 'lost' || trouble === 'duplicate') await deliver()
      if (trouble === 'lost') throw new TypeError('The answer was lost')
      const response = between(trouble) ?? (await deliver())
      const text = await response.text()
      signal.throwIfAborted()
      return { status: response.status, url, text, header: (name) => response.headers.get(name) ?? undefined }
    } catch (cause) {
      signal.throwIfAborted()
      throw new UploadError('network', `Cannot reach ${new URL(url).host}: no answer to ${method}`, { cause })
    } finally {
      goOn()
    }
  }
  return { transport, log, requests }
}

function rangeOf({ 'Content-Range': range, 'Upload-Offset': offset }: TransportRequest['headers']): string {
  if (range !== undefined) return ` ${range}`
  return offset === undefined ? '' : ` bytes ${offset}-`
}

function between(trouble: Trouble | undefined): Response | undefined {
  if (trouble === 'busy') return new Response('<title>Service Unavailable</title>', { status: 503 })
  if (trouble === 'portal') return new Response('<title>Sign in to this network</title>')
  return undefined
}
