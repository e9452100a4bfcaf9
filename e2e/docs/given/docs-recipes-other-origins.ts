import type { UploadStore } from '@chunkwise/server'

export { createUploader } from '@chunkwise/client'
export { createUploadHandler } from '@chunkwise/server'

export declare const store: UploadStore
export declare const session: { readonly token: string }
