import { createUploader } from '@chunkwise/client'

/** How an upload ended, in milliseconds. */
export interface Ending {
  /** From the page's first step until the last byte was confirmed. */
  readonly lastByteMs: number
  /** From there until the server had verified the MD5. */
  readonly finishMs: number
}

/** Uploads a file, and tells how long it took after its last byte. */
export async function timeFinish(file: File, endpoint: string): Promise<Ending> {
  const began = performance.now()
  const upload = createUploader({ endpoint }).add(file)
  let lastByteMs: number | undefined
  upload.subscribe(({ offset, size }) => {
    if (offset === size) lastByteMs ??= performance.now() - began
  })
  const { verified } = await upload.finished
  const ms = performance.now() - began
  if (!verified) throw new Error('The upload was not verified')
  if (lastByteMs === undefined) throw new Error('Cannot tell when the last byte was confirmed')
  return { lastByteMs, finishMs: ms - lastByteMs }
}
