import { tusVersion, writeMetadata, writeUploadExpires } from '@chunkwise/protocol'
import type { SessionRecord } from '../record.ts'
import { reprDigest } from './digest-names.ts'
import type { AnswerHeaders, WireCall, WireSettings } from './wire.ts'

/** On every answer but that to `OPTIONS` (tus 1.0, "Tus-Resumable"). */
export const tusHeaders: AnswerHeaders = { 'Tus-Resumable': tusVersion }

/** What clients send, `X-Request-ID` included, which some add for logs. */
export const tusRequestHeaders: readonly string[] = [
  'tus-resumable',
  'upload-length',
  'upload-offset',
  'upload-metadata',
  'upload-defer-length',
  'upload-concat',
  'upload-checksum',
  'x-http-method-override',
  'idempotency-key',
  'x-request-id',
]

/** Checksums that a chunk may come with (tus 1.0, "Checksum"); `sha1` must be among them. */
export const tusChecksums = ['md5', 'sha1', 'sha256'] as const

/** What is said to `OPTIONS`: the versions, extensions and limits. */
export async function tusAnnouncement(request: Request, { terminate, maxSize }: WireSettings): Promise<AnswerHeaders> {
  const limit = await maxSize(request)
  const extensions = [
    'creation',
    'creation-with-upload',
    'creation-defer-length',
    'expiration',
    'checksum',
    'concatenation',
  ]
  return {
    'Tus-Version': tusVersion,
    'Tus-Extension': [...extensions, ...(terminate ? ['termination'] : [])].join(','),
    'Tus-Checksum-Algorithm': tusChecksums.join(','),
    'Tus-Max-Size': limit === Infinity ? undefined : String(limit),
  }
}

/** Where an upload stands, for answers to requests that change it: how far it is, and when it will expire. */
export function progressHeaders(session: SessionRecord, { sessions }: WireCall): AnswerHeaders {
  const expiresAt = sessions.expiresAt(session)
  const expires = session.status === 'uploading' && expiresAt !== Infinity
  return {
    ...tusHeaders,
    'Upload-Offset': String(session.offset),
    'Upload-Expires': expires ? writeUploadExpires(expiresAt) : undefined,
    'Repr-Digest': reprDigest(session),
  }
}

/** Everything that `HEAD` tells (tus 1.0, "HEAD", and the extensions). */
export function factHeaders(session: SessionRecord, call: WireCall): AnswerHeaders {
  const { size, tus } = session
  return {
    ...progressHeaders(session, call),
    'Upload-Length': size === undefined ? undefined : String(size),
    'Upload-Defer-Length': size === undefined ? '1' : undefined,
    'Upload-Metadata': tus ? tus.metadata : describe(session),
    'Upload-Concat': tus?.concat,
  }
}

/** Metadata of an upload that began in another dialect, as far as tus can name it. */
function describe({ filename, metadata }: SessionRecord): string | undefined {
  const sayable = Object.entries({ filename, ...metadata }).filter(([name]) => /^[!-+\--~]+$/.test(name))
  return writeMetadata(Object.fromEntries(sayable))
}
