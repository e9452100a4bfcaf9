export { apiKeyAuth, createUploadHandler } from '@chunkwise/server'
export { diskStore } from '@chunkwise/server/node'

export declare const username: string
export declare const key: string
export declare const keys: Record<string, string>
