import { createWriteStream } from 'node:fs'
import type { RequestListener } from 'node:http'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** What UpChunk needs and no more: chunks by `Content-Range`, each written into the file at its address as it comes. */
export function sinkListener(dir: string): RequestListener {
  return (request, response) => {
    const { first, last, size } =
      /^bytes (?<first>\d+)-(?<last>\d+)\/(?<size>\d+)$/.exec(request.headers['content-range'] ?? '')?.groups ?? {}
    if (first === undefined) return void response.writeHead(400).end()
    const path = join(dir, basename(request.url ?? ''))
    const start = Number(first)
    pipeline(request, createWriteStream(path, { flags: start === 0 ? 'wx' : 'r+', start })).then(
      () =>
        Number(last) + 1 === Number(size)
          ? response.writeHead(200).end()
          : response.writeHead(308, { Range: `bytes=0-${last}` }).end(),
      (error: unknown) => {
        console.error(error)
        response.destroy()
      },
    )
  }
}
