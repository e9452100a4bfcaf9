import type { Orders, Tell } from './run.ts'
import type { Wish } from './wish.ts'

/** What both versions of tus-js-client have, in Node and in browsers. */
interface Upload<Previous> {
  start(): void
  abort(terminate?: boolean): Promise<void>
  findPreviousUploads(): Promise<Previous[]>
  resumeFromPreviousUpload(previous: Previous): void
}

/** Starts an upload with tus-js-client as its documentation says: it goes on with one that it remembers. */
export async function startUpload<Previous>(
  newUpload: (options: object) => Upload<Previous>,
  { endpoint, metadata, options, stream }: Wish,
  tell: Tell,
): Promise<Orders> {
  const upload = newUpload({
    ...{ endpoint, metadata, ...options },
    onSuccess: () => tell('success'),
    onError: ({ message }: Error) => tell(`error: ${message}`),
  })
  // A stream is not known again.
  const [previous] = stream ? [] : await upload.findPreviousUploads()
  if (previous) upload.resumeFromPreviousUpload(previous)
  upload.start()
  return {
    pause: () => upload.abort(),
    resume: async () => upload.start(),
    terminate: () => upload.abort(true),
  }
}
