import type { UploadHandler, UploadStore } from '@chunkwise/server'
import type { FastifyInstance } from 'fastify'

export { createUploadHandler } from '@chunkwise/server'
export { nodeListener } from '@chunkwise/server/node'

export declare const app: FastifyInstance
export declare const handler: UploadHandler
export declare const store: UploadStore
export declare function sessionOf(request: Request): Promise<{ readonly userId: string } | undefined>
