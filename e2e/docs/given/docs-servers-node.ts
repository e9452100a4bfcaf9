import type { UploadStore } from '@chunkwise/server'

export { createUploadHandler } from '@chunkwise/server'

export declare const store: UploadStore
export declare const films: {
  add(film: { owner: string | undefined; name: string; bytes: ReadableStream<Uint8Array> }): Promise<void>
}
export declare function sessionOf(request: Request): Promise<{ readonly userId: string } | undefined>
