import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** The least a server can do: each PUT goes into a new file, byte by byte as it comes. */
export function rawListener(dir: string): RequestListener {
  return (request, response) => {
    pipeline(request, createWriteStream(join(dir, randomUUID()), { flags: 'wx' })).then(
      () => response.writeHead(204).end(),
      (error: unknown) => {
        console.error(error)
        response.destroy()
      },
    )
  }
}
