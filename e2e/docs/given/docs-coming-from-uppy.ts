export { createUploader, tus } from '@chunkwise/client'
export { Uppy } from '@uppy/core'
export { default as Tus } from '@uppy/tus'

export declare const file: File
export declare function show(name: string | undefined, sent: number | false): void
export declare function done(name: string | undefined, url: string | undefined): void
export declare function failed(error: unknown): void
