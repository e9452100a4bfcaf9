import type { VideoHost } from '@chunkwise/server/gateway'

export declare const host: VideoHost
