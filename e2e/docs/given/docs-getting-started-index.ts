import type { Upload } from '@chunkwise/client'

export type { Upload } from '@chunkwise/client'

export declare function follow(upload: Upload): void
