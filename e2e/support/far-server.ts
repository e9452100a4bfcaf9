import { createHash } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createUploadHandler, memoryStore, type CorsOptions } from '@chunkwise/server'
import { startServer } from '@chunkwise/server/node'

/** An upload server at an origin of its own, for pages of another one. */
export interface FarServer {
  /** Where uploads are created. */
  readonly endpoint: string
  /** MD5 of the bytes of each finished upload, by file name. */
  finished(): Promise<Readonly<Record<string, string>>>
  close(): Promise<void>
}

/** What it lets pages of other origins do. */
export interface FarServerOptions {
  readonly cors?: CorsOptions
  /** Has the last word on the headers of an answer, as a proxy in front of the server has. */
  readonly headers?: (headers: Headers) => void
  readonly otherwise?: RequestListener
}

/** Starts one in this process, which keeps everything in memory. */
export async function startFarServer({ cors, headers = () => {}, otherwise }: FarServerOptions): Promise<FarServer> {
  const store = memoryStore()
  const inner = createUploadHandler({ store, ...(cors && { cors }) })
  const handler = Object.assign(async (...given: Parameters<typeof inner>): Promise<Response> => {
    const answer = await inner(...given)
    headers(answer.headers)
    return answer
  }, inner)
  const { url, close } = await startServer({ handler, port: 0, ...(otherwise && { otherwise }) })
  return {
    endpoint: `${url}/api/uploads/`,
    async finished() {
      const found: Record<string, string> = {}
      for await (const record of store.list()) {
        if (record.status !== 'complete') continue
        const file = await store.file(record)
        const bytes = await new Response(file?.stream() ?? null).bytes()
        found[record.filename] = createHash('md5').update(bytes).digest('hex')
      }
      return found
    },
    close: () => close(0),
  }
}
