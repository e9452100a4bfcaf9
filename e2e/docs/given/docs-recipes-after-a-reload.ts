import type { Upload, Uploader } from '@chunkwise/client'

export type { Upload } from '@chunkwise/client'

export declare const uploader: Uploader
export declare const zone: HTMLElement
export declare function show(upload: Upload): void
export declare function warn(text: string): void

// As `@types/wicg-file-system-access` has them.
declare global {
  interface DataTransferItem {
    getAsFileSystemHandle(): Promise<FileSystemHandle | null>
  }
}
export declare function showOpenFilePicker(options: { readonly multiple: true }): Promise<FileSystemFileHandle[]>
