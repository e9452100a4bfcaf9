export { createUploader, tus } from '@chunkwise/client'
export { Upload } from 'tus-js-client'

export declare const file: File
export declare function show(sent: number, size: number): void
export declare function done(url: string | null | undefined): void
export declare function failed(error: unknown): void
