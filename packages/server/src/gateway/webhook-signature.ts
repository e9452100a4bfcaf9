import { UploadProblem } from '../problem.ts'

/** How old a webhook may be, in milliseconds: what somebody has recorded is worth nothing later. */
const longestMs = 5 * 60_000
/** More than this no webhook has, in bytes. */
const largest = 256 * 1024

/**
 * The body of a webhook that Cloudflare has signed (`Webhook-Signature: time=…,sig1=…`, HMAC-SHA256 over time, a point and the raw body).
 *
 * @throws UploadProblem `forbidden` for a signature that is missing, wrong or too old; `too-large` for too long a body.
 */
export async function readSigned(request: Request, secret: string, now: number): Promise<string> {
  const [, time = '', hex = ''] =
    /^time=(\d{1,12}),sig1=([0-9a-f]{64})$/.exec(request.headers.get('Webhook-Signature') ?? '') ?? []
  const body = await readWithin(request)
  const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
  const key = await crypto.subtle.importKey('raw', encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  const signature = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))
  // Compared by the platform, which takes as long for a wrong one as for a right one.
  const isRight = await crypto.subtle.verify('HMAC', key, signature, encode(`${time}.${body}`))
  if (!isRight || Math.abs(now - Number(time) * 1000) > longestMs)
    throw new UploadProblem('forbidden', 'The signature is not right')
  return body
}

async function readWithin({ body }: Request): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  const pieces: AsyncIterable<Uint8Array> | undefined = body ?? undefined
  if (!pieces) return text
  for await (const piece of pieces) {
    size += piece.length
    if (size > largest) throw new UploadProblem('too-large', 'This is no webhook')
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}
