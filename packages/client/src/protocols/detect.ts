import { readTusList, tusVersion } from '@chunkwise/protocol'
import { systemClock } from '../clock.ts'
import { fetchTransport } from '../transports/fetch.ts'
import type { Tools, Transport } from '../types.ts'
import { ask, type Answer } from './answer.ts'

/** What a server was found to speak, and what its protocol is to be told of it. */
export type Detected =
  | {
      readonly protocol: 'tus'
      /** For `tus()`. */
      readonly options: { readonly creationWithUpload: boolean }
    }
  | { readonly protocol: 'django-tus' | 'ietf' | 'drf-chunked-upload' }

/** Options of {@link detect}. */
export interface DetectOptions {
  /** Sent along, to the endpoint only. */
  readonly headers?: Readonly<Record<string, string>>
  /** As in `fetch`. Default `same-origin`. */
  readonly credentials?: RequestCredentials
  readonly signal?: AbortSignal
  /** How requests go out. Default: `fetch`. */
  readonly transport?: Transport
}

/**
 * Asks a server which protocol it speaks: one `OPTIONS`, and a second one for a server that answers only who speaks tus. Of
 * several it is tus before the IETF draft before drf-chunked-upload. `undefined` if it is none of them; the two other
 * Django apps cannot be found out, since they need addresses that no answer names.
 *
 * @throws UploadError `unauthorized` if it answers only who is signed in, `network` and the like if it did not answer.
 * @example
 * const found = await detect('/files/')
 * if (found?.protocol === 'tus') createUploader({ endpoint: '/files/', protocol: tus(found.options) })
 */
export async function detect(endpoint: string, options: DetectOptions = {}): Promise<Detected | undefined> {
  const {
    headers,
    credentials = 'same-origin',
    signal = new AbortController().signal,
    transport = fetchTransport,
  } = options
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  if (!URL.canParse(endpoint, base)) throw new TypeError(`Cannot detect: expected an http address, got "${endpoint}"`)
  return recognise({
    endpoint: new URL(endpoint, base).href,
    ...{ signal, unanswered: undefined, renewed: true, clock: systemClock, keep: () => Promise.resolve() },
    send: (request) =>
      transport({ ...request, headers: { ...headers, ...request.headers }, credentials }, { signal, onSent() {} }),
  })
}

/** The same, with the tools of a protocol. */
export async function recognise(tools: Tools): Promise<Detected | undefined> {
  const action = 'ask what the server speaks'
  const first = await ask(tools, action, 'OPTIONS', tools.endpoint)
  const found = read(first)
  if (found) return found
  // A server that is not sure of its own words is asked again later.
  if (!first.ok && !/rejected|gone/.test(first.error().code)) throw first.error()
  return read(await ask(tools, action, 'OPTIONS', tools.endpoint, { headers: { 'Tus-Resumable': tusVersion } }))
}

function read({ ok, header, json }: Answer): Detected | undefined {
  if (!ok) return undefined
  if (readTusList(header('Tus-Version')).includes(tusVersion)) {
    const extensions = readTusList(header('Tus-Extension'))
    // An extension of django-tus's own invention.
    if (extensions.includes('file-check')) return { protocol: 'django-tus' }
    return { protocol: 'tus', options: { creationWithUpload: extensions.includes('creation-with-upload') } }
  }
  if (header('Upload-Limit') !== undefined) return { protocol: 'ietf' }
  // As Django REST framework describes a view that takes files.
  const parses: unknown = Reflect.get(Object(json), 'parses')
  const drf = Array.isArray(parses) && parses.includes('multipart/form-data')
  return drf ? { protocol: 'drf-chunked-upload' } : undefined
}
