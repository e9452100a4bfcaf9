import type { Upload } from '@chunkwise/client'

export declare const upload: Upload
export declare const bar: HTMLProgressElement
export declare const line: HTMLElement
export declare const button: HTMLButtonElement
