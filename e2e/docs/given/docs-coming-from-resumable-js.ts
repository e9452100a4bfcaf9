export { createUploader } from '@chunkwise/client'

export declare const token: string
export declare const input: HTMLInputElement
export declare function show(name: string, part: number): void
export declare function done(name: string, answer: unknown): void
export declare function failed(error: unknown): void
