import { attachment } from './disposition.ts'
import type { Connection, Dialect, DialectTools } from './dialect.ts'
import { readTarget, problemAnswer, type WireCall, type WireSettings } from './dialects/wire.ts'
import { isProblem, UploadProblem } from './problem.ts'
import { readRange } from './range.ts'
import type { SessionRecord } from './record.ts'

/** How finished files are given back. */
export interface DownloadOptions {
  /**
   * Whether pictures are told as what they say they are (png, jpeg, gif, webp, avif), so that a page can show them. Default:
   * no, everything is `application/octet-stream`.
   */
  readonly images?: boolean
  /**
   * Whether whoever may have a file is sent to where the store has it (302), for so many seconds, if the store can make such an address: S3
   * can. The bytes then do not go through this server. Default: no. What is there is an attachment in any case.
   */
  readonly redirectSeconds?: number
}

/** Raster images alone: an SVG is a document with scripts. */
const images: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['avif', 'image/avif'],
])

/**
 * Gives finished files back, at the address of the upload and `file/` behind it: to whom the upload is, as an attachment that
 * no browser runs, guesses at or embeds elsewhere (S27). What a stranger has uploaded must not act as a page of this origin.
 */
export function downloads(
  { images: shows = false, redirectSeconds }: DownloadOptions,
  settings: WireSettings,
): Dialect {
  const idOf = (request: Request): string | undefined => {
    const url = new URL(request.url)
    const [, before] = /^(.*\/)file\/?$/.exec(url.pathname) ?? []
    if (before === undefined) return undefined
    url.pathname = before
    const target = readTarget(url, settings)
    return typeof target === 'object' ? target.id : undefined
  }

  const headersFor = (session: SessionRecord): Record<string, string> => ({
    'Content-Type': (shows ? images.get(extensionOf(session.filename)) : undefined) ?? 'application/octet-stream',
    'Content-Disposition': attachment(session.filename),
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Accept-Ranges': 'bytes',
    ETag: etagOf(session),
  })

  async function give(id: string, { request, viewer, sessions }: Omit<WireCall, 'settings' | 'connection'>) {
    const { session, file } = await sessions.file(id, viewer)
    if (redirectSeconds !== undefined && file.address)
      return new Response(null, { status: 302, headers: { Location: await file.address(redirectSeconds) } })
    const headers = headersFor(session)
    const size = session.offset
    const range = readRange(request.headers, size, etagOf(session))
    if (range === 'unsatisfiable')
      return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${size}` } })
    const { start, end } = range ?? { start: 0, end: size }
    const partial = range ? { 'Content-Range': `bytes ${start}-${end - 1}/${size}` } : {}
    return new Response(request.method === 'HEAD' ? null : file.stream(start, end), {
      status: range ? 206 : 200,
      headers: { ...headers, ...partial, 'Content-Length': String(end - start) },
    })
  }

  async function answer(
    request: Request,
    connection: Connection,
    { sessions, admit }: DialectTools,
  ): Promise<Response> {
    const viewer = await admit(request, connection)
    const id = idOf(request)
    if (id === undefined) throw new UploadProblem('not-found', 'No such upload')
    if (request.method === 'GET' || request.method === 'HEAD') return give(id, { request, viewer, sessions })
    throw new UploadProblem('method-not-allowed', 'A finished file can be read only')
  }

  return {
    name: 'download',
    headers: ['range', 'if-range'],
    announce: async () => ({}),
    speaks: (request) => request.method !== 'OPTIONS' && idOf(request) !== undefined,
    async answer(request, connection, tools) {
      try {
        return await answer(request, connection, tools)
      } catch (error) {
        if (isProblem(error)) return problemAnswer(error, error.status === 405 ? { Allow: 'GET, HEAD' } : {})
        throw error
      }
    },
  }
}

/** A finished file never changes: its checksum names it, or else its upload and the time of its end. */
const etagOf = ({ checksum, id, completedAt }: SessionRecord): string =>
  `"${checksum?.value ?? `${id.slice(0, 8)}-${completedAt ?? 0}`}"`

const extensionOf = (filename: string): string => filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()
