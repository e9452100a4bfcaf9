import type { Upload, Uploader } from '@chunkwise/client'

export type { UploadState } from '@chunkwise/client'

export declare const upload: Upload
export declare const uploader: Uploader
export declare const bar: HTMLProgressElement
export declare const line: HTMLElement
export declare function log(text: string): void
