import type { Upload, UploadState } from '@chunkwise/client'

export declare const file: File
export declare function render(state: UploadState): void
export declare function show(upload: Upload): void
