import type { ErrorCode, Uploader } from '@chunkwise/client'
import type { UploadStore } from '@chunkwise/server'

export { createUploader } from '@chunkwise/client'
export { createUploadHandler, UploadProblem } from '@chunkwise/server'

export declare const uploader: Uploader
export declare const file: File
export declare const files: FileList
export declare const store: UploadStore
export declare function explain(code: ErrorCode, message: string): void
export declare function looksRight(file: File): Promise<boolean>
export declare function planOf(request: Request): Promise<{ readonly bytes: number }>
export declare function isVideo(bytes: ReadableStream<Uint8Array>): Promise<boolean>
