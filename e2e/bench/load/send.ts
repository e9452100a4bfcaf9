import { randomUUID } from 'node:crypto'
import type { Answer, Connection, Question } from './connection.ts'

/** A file that is one run of bytes again and again, so that no byte of it is made while it is sent. */
export interface RepeatedFile {
  /** What a chunk holds; the last one may hold less of it. */
  readonly bytes: Uint8Array
  /** Of the whole file, in bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly md5: string
}

/** Uploads a file to a path, chunk after chunk, and finishes it; `onChunk` is told how long each took, in milliseconds. */
export type Send = (
  connection: Connection,
  path: string,
  file: RepeatedFile,
  onChunk: (ms: number) => void,
) => Promise<void>

/** The dialects that are sent. */
export type LoadDialect = keyof typeof dialects

const boundary = 'chunkwise-benchmark-9c1f2b60'
const multipart = { 'Content-Type': `multipart/form-data; boundary=${boundary}`, Accept: 'application/json' }
const field = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="filename"\r\n\r\nload.bin\r\n`)
const opening = Buffer.from(
  `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="load.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`,
)
const closing = Buffer.from(`\r\n--${boundary}--\r\n`)

/** As drf-chunked-upload has it: a form per chunk, then a request that finishes and brings the MD5. */
const drf: Send = async (connection, path, { bytes, size, md5 }, onChunk) => {
  let at = path
  for (let start = 0; start < size; start += bytes.length) {
    const chunk = bytes.subarray(0, size - start)
    const { text } = await timed(connection, onChunk, {
      method: 'PUT',
      path: at,
      headers: { ...multipart, 'Content-Range': `bytes ${start}-${start + chunk.length - 1}/${size}` },
      body: [...(start === 0 ? [field] : []), opening, chunk, closing],
    })
    const { url, offset }: { url: string; offset: number } = JSON.parse(text)
    expectOffset(offset, start + chunk.length)
    at = pathOf(url)
  }
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }
  await connection.ask({ method: 'POST', path: at, headers, body: [Buffer.from(`md5=${md5}`)] })
}

/** As tus 1.0 has it: a creation, then a request per chunk. */
const tus: Send = async (connection, path, { bytes, size }, onChunk) => {
  const version = { 'Tus-Resumable': '1.0.0' }
  const created = await connection.ask({
    method: 'POST',
    path,
    headers: {
      ...version,
      'Upload-Length': String(size),
      'Upload-Metadata': `filename ${btoa('load.mp4')},filetype ${btoa('video/mp4')}`,
    },
    body: [],
  })
  const at = pathOf(String(created.headers['location']))
  for (let start = 0; start < size; start += bytes.length) {
    const chunk = bytes.subarray(0, size - start)
    const { headers } = await timed(connection, onChunk, {
      method: 'PATCH',
      path: at,
      headers: {
        ...version,
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Offset': String(start),
      },
      body: [chunk],
    })
    expectOffset(Number(headers['upload-offset']), start + chunk.length)
  }
}

/** The least that chunks need: each is put where it belongs. */
const put: Send = async (connection, path, { bytes, size }, onChunk) => {
  const at = `${path}${randomUUID()}`
  for (let start = 0; start < size; start += bytes.length) {
    const chunk = bytes.subarray(0, size - start)
    const headers = { 'Content-Range': `bytes ${start}-${start + chunk.length - 1}/${size}` }
    await timed(connection, onChunk, { method: 'PUT', path: at, headers, body: [chunk] })
  }
}

/** Each way of sending. */
export const dialects = { drf, tus, put } satisfies Record<string, Send>

async function timed(connection: Connection, onChunk: (ms: number) => void, question: Question): Promise<Answer> {
  const began = performance.now()
  const answer = await connection.ask(question)
  onChunk(performance.now() - began)
  return answer
}

// Servers name whole addresses, or paths.
const pathOf = (address: string): string => new URL(address, 'http://localhost').pathname

function expectOffset(offset: number, end: number): void {
  if (offset !== end) throw new Error(`Cannot go on: the server is at ${offset} after a chunk that ends at ${end}`)
}
