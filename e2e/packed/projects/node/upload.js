// Both ends in one program: a client without browser, and the server that it uploads to.
import { randomBytes } from 'node:crypto'
import { createUploader, memoryStore } from '@chunkwise/client'
import { createUploadHandler, memoryStore as memoryForFiles } from '@chunkwise/server'
import { startServer } from '@chunkwise/server/node'

const bytes = randomBytes(3_000_000)
const handler = createUploadHandler({ store: memoryForFiles() })
const server = await startServer({ handler, port: 0 })
const uploader = createUploader({
  endpoint: `http://127.0.0.1:${server.port}/api/uploads/`,
  chunkSize: 1_000_000,
  store: memoryStore(),
})
const { answer, verified } = await uploader.add(new File([bytes], 'film.mp4')).finished
await server.close()
console.log(JSON.stringify({ verified, answer }))
