import { createCipheriv, createHash } from 'node:crypto'
import type { Answer, Wire } from './wires.ts'

/** An upload as an honest client remembers it, over any number of servers that die under it. */
export interface Upload {
  readonly wire: Wire
  readonly file: Uint8Array<ArrayBuffer>
  readonly md5: string
  readonly key: string
  /** Bytes in one request. */
  readonly chunkSize: number
  /** The server's name for it, once it has told. */
  id: string | undefined
  /** Bytes that the server has acknowledged: they must never be fewer (I03). */
  acked: number
  complete: boolean
  /** The server was asked to drop it. */
  ended: boolean
}

/** Bytes that look like chance, and are the same for the same seed. */
function bytesOf(seed: string, size: number): Uint8Array<ArrayBuffer> {
  const stream = createCipheriv('aes-128-ctr', createHash('md5').update(seed).digest(), Buffer.alloc(16))
  return new Uint8Array(stream.update(Buffer.alloc(size)))
}

export const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

export function newUpload(wire: Wire, seed: string, size: number, chunkSize: number): Upload {
  const file = bytesOf(seed, size)
  const key = md5Of(new TextEncoder().encode(seed))
  return { wire, file, md5: md5Of(file), key, chunkSize, id: undefined, acked: 0, complete: false, ended: false }
}

/** Called after each answer that acknowledges bytes or the whole. */
type OnAcked = () => Promise<void> | void

/**
 * Takes an upload from wherever it stands to its end, as a client must: asks before it sends. Rejects when the server dies,
 * and for what no server may say: an offset that has shrunk, or any refusal.
 */
export async function carryOn(upload: Upload, endpoint: string, onAcked: OnAcked = () => {}): Promise<void> {
  const { wire, file, md5, key, chunkSize } = upload
  const size = file.length
  const piece = (offset: number) => ({ offset, body: file.slice(offset, offset + chunkSize), size })

  async function accept(step: string, { ok, status, offset, complete }: Answer): Promise<void> {
    if (!ok) throw new Refused(`${wire.name} ${step} at ${upload.acked}: ${status}`, status)
    if (offset !== undefined && offset < upload.acked)
      throw new Error(`I03 ${wire.name}: ${upload.acked} bytes were acknowledged, and now there are ${offset}`)
    upload.acked = offset ?? upload.acked
    upload.complete = complete
    await onAcked()
  }

  if (upload.id === undefined) {
    const created = await wire.create(endpoint, key, piece(0))
    if (created.url === undefined) throw new Refused(`${wire.name} create: ${created.status}`, created.status)
    upload.id = idIn(created.url)
    await accept('create', created)
  } else await accept('ask', await wire.ask(addressOf(upload, endpoint)))
  const url = addressOf(upload, endpoint)
  while (upload.acked < size) await accept('append', await wire.append(url, piece(upload.acked)))
  if (!upload.complete) await accept('finish', await wire.finish(url, { size, md5 }))
  if (!upload.complete) throw new Error(`${wire.name}: all ${size} bytes are there, and it is not complete`)
}

/** Said when the server answers, but not what was asked for. */
export class Refused extends Error {
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

export function addressOf({ id }: Upload, endpoint: string): string {
  if (id === undefined) throw new Error('The upload has no address yet')
  return `${endpoint}${id}/`
}

function idIn(url: string): string {
  const [id] = /[0-9a-f-]{36}/.exec(url) ?? []
  if (id === undefined) throw new Error(`Expected an id in ${url}`)
  return id
}

/** Drops an upload, finished or not; one whose ending was cut off may be gone already. */
export async function endUpload(upload: Upload, endpoint: string): Promise<void> {
  const again = upload.ended
  upload.ended = true
  const { ok, status } = await upload.wire.terminate(addressOf(upload, endpoint))
  if (ok || (again && (status === 404 || status === 410))) return
  throw new Refused(`${upload.wire.name} terminate: ${status}`, status)
}
