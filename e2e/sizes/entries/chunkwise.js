export { createUploader } from '@chunkwise/client'
