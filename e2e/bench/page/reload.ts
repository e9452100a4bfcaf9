import { createUploader } from '@chunkwise/client'
import type { HashWatch } from './hash-watch.ts'

/** Where to send, and at which share of the file to leave. */
export interface Leave {
  readonly endpoint: string
  readonly share: number
}

/** What happened after the reload. Times are milliseconds since the file was chosen again. */
export interface Returned {
  /** What had been confirmed to the page when it was left, in bytes. */
  readonly known: number
  /** Position at which hashing went on. */
  readonly hashedFrom: number
  /** When the first new byte was on its way; `undefined` if the chunk that was cut had arrived, and was the last. */
  readonly firstByteMs: number | undefined
  /** When the last byte was confirmed. */
  readonly lastByteMs: number
  readonly verifiedMs: number
}

// A page that is left can tell the next one no other way.
const knownItem = 'bench-known'

/** Begins an upload, and reloads the page in the middle of the chunk that follows the share. */
export function leave(file: File, { endpoint, share }: Leave): Promise<void> {
  const upload = createUploader({ endpoint }).add(file)
  return new Promise((_, reject) => {
    upload.subscribe(({ offset, sent, size }) => {
      if (offset < share * size || sent === offset) return
      sessionStorage.setItem(knownItem, String(offset))
      location.reload()
    })
    upload.finished.then(() => reject(new Error('The upload was over before the page could be left')), reject)
  })
}

/** Adds the file again, which goes on from where it was left. */
export async function comeBack(file: File, endpoint: string, hashing: HashWatch): Promise<Returned> {
  const began = performance.now()
  const upload = createUploader({ endpoint }).add(file)
  let [firstByteMs, lastByteMs]: (number | undefined)[] = []
  upload.subscribe(({ status, offset, sent, size }) => {
    const now = performance.now() - began
    if (status === 'uploading' && sent > offset) firstByteMs ??= now
    if (status === 'completing' && offset === size) lastByteMs ??= now
  })
  const { verified } = await upload.finished
  const verifiedMs = performance.now() - began
  if (!verified) throw new Error('The upload was not verified')
  const [hashedFrom] = hashing.opened
  if (hashedFrom === undefined) throw new Error('Cannot tell where hashing went on: no worker has told')
  if (lastByteMs === undefined) throw new Error('Cannot tell when the last byte was confirmed')
  return { known: Number(sessionStorage.getItem(knownItem)), hashedFrom, firstByteMs, lastByteMs, verifiedMs }
}
