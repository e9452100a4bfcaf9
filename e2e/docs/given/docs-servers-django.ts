export { createUploader } from '@chunkwise/client'

export declare const token: string
