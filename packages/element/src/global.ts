// For a script tag: the element, and the client with all its names as the one global that its other files look for.
export * from '@chunkwise/client'
export { ChunkwiseUpload } from './index.ts'
