import { hexOf } from './secrets.ts'

/** What {@link signRequest} signs. */
export interface RequestToSign {
  /** The name of the secret: what `signedQueryAuth` finds it by. */
  readonly key: string
  readonly secret: string
  readonly method: string
  /** Address of the request. Of this only the path is signed, as it goes over the wire. */
  readonly url: string | URL
  /** When it is sent, in milliseconds since 1970: now. */
  readonly timestamp?: number
}

/** Headers of a signed request. */
export type SignatureHeaders = Record<'X-Signature-Key' | 'X-Signature-Timestamp' | 'X-Signature', string>

/**
 * Signs one request for `signedQueryAuth`, on a machine that may know the secret: never in a page.
 *
 * @throws TypeError for an address that is not absolute.
 * @example
 * const headers = await signRequest({ key: 'alice', secret, method: 'DELETE', url: upload.url })
 * await fetch(upload.url, { method: 'DELETE', headers })
 */
export async function signRequest(request: RequestToSign): Promise<SignatureHeaders> {
  const { key, secret, method, url, timestamp = Date.now() } = request
  if (!URL.canParse(String(url)))
    throw new TypeError(`Cannot sign: expected an absolute address, got ${JSON.stringify(url)}`)
  const { pathname } = new URL(url)
  return {
    'X-Signature-Key': key,
    'X-Signature-Timestamp': String(timestamp),
    'X-Signature': await signatureOf(secret, method, pathname, String(timestamp)),
  }
}

/** HMAC-SHA256 (RFC 2104) over `METHOD\npath\ntimestamp`, in lower-case hex. */
export async function signatureOf(secret: string, method: string, path: string, timestamp: string): Promise<string> {
  const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
  const key = await crypto.subtle.importKey('raw', encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return hexOf(await crypto.subtle.sign('HMAC', key, encode(`${method.toUpperCase()}\n${path}\n${timestamp}`)))
}
