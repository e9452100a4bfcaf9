import { createReadStream } from 'node:fs'
import type { RequestListener } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { SessionRecord, UploadStore } from '@chunkwise/server'

/** Where finished files are told of and can be downloaded. */
export const keptPath = '/kept/'

const address = new RegExp(`^${keptPath}([0-9a-f-]{36})/(file)?$`)

/**
 * Tells where a finished file lies (`/kept/ID/`) and gives it back (`/kept/ID/file`). Only for a demo on the person's own
 * machine: it asks nobody who they are.
 *
 * @param otherwise answers what is under another path
 */
export function keptFiles(store: UploadStore, otherwise: RequestListener): RequestListener {
  return (request, response) => {
    const [, id, file] = address.exec(new URL(request.url ?? '/', 'http://localhost').pathname) ?? []
    if (id === undefined) {
      otherwise(request, response)
      return
    }
    answer(id, file !== undefined).catch((error: unknown) => {
      // The person has gone away in the middle of a download, or the file has: the rest of it cannot be had.
      response.destroy(error instanceof Error ? error : undefined)
    })

    async function answer(session: string, download: boolean): Promise<void> {
      const record = await store.read(session)
      const path = record?.status === 'complete' ? (await store.file(record))?.path : undefined
      if (!record || path === undefined) {
        response.writeHead(404, { 'Content-Type': 'text/plain' }).end('No such file\n')
        return
      }
      if (!download) {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
        response.end(JSON.stringify({ path, md5: record.checksum?.value ?? '' }))
        return
      }
      response.writeHead(200, downloadHeaders(record))
      await pipeline(createReadStream(path), response)
    }
  }
}

// What a stranger has uploaded must never act as a page of this origin.
function downloadHeaders({ filename, offset }: SessionRecord): Record<string, string | number> {
  return {
    'Content-Type': 'application/octet-stream',
    'Content-Length': offset,
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeRfc8187(filename)}`,
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  }
}

// RFC 8187 section 3.2.1: attr-char knows no ' ( ) *.
const encodeRfc8187 = (text: string): string =>
  encodeURIComponent(text).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
