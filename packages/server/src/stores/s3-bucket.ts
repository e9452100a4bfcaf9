import { crc32 as crc32Of } from 'node:zlib'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
  type CompletedPart,
  type CreateMultipartUploadCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { UploadProblem } from '../problem.ts'
import { sizeOf } from './joined.ts'
import { base64Crc } from './s3-crc.ts'

/** A part that S3 has taken: its number, its size in bytes, and by what names S3 knows its bytes. */
export interface Part {
  readonly number: number
  readonly size: number
  readonly etag: string
  readonly crc32: string
}

/** What an object is called and told as, when somebody downloads it. */
export interface ObjectHeaders {
  readonly ContentType: string
  readonly ContentDisposition: string
  readonly Metadata: { readonly upload: string }
}

/** What is known of an object without reading it. */
export interface ObjectFacts {
  /** Bytes. */
  readonly size: number
  /** CRC-32 of all of it, base64, where S3 keeps one. */
  readonly crc32: string | undefined
  /** The session that it was made for. */
  readonly upload: string | undefined
}

/** Something in the bucket that has a time. */
export interface Listed {
  readonly key: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What a store needs of S3, with its errors told as ours. */
export interface Bucket {
  put(key: string, bytes: Uint8Array, headers?: ObjectHeaders): Promise<void>
  /** `undefined` if there is none. */
  head(key: string): Promise<ObjectFacts | undefined>
  /** Bytes from `start` up to and without `end`. */
  get(key: string, start: number, end: number): Promise<ReadableStream<Uint8Array>>
  /** Repeatable. */
  remove(key: string): Promise<void>
  list(prefix: string): AsyncIterable<Listed>
  begin(key: string, headers: ObjectHeaders): Promise<string>
  part(key: string, upload: string, number: number, bytes: Uint8Array): Promise<Part>
  /** Makes one object of the parts. Repeatable: of an upload that is over, what is there counts. */
  finish(key: string, upload: string, parts: readonly Part[], crc32: string): Promise<void>
  /** Repeatable. */
  abort(key: string, upload: string): Promise<void>
  uploads(prefix: string): AsyncIterable<Listed & { readonly upload: string }>
  /** An address that gives an object to whoever has it, for so many seconds. */
  address(key: string, seconds: number): Promise<string>
  copy(from: string, to: string, size: number, headers: ObjectHeaders): Promise<void>
}

/**
 * @param bucket its name
 * @param copiedAtOnce the most that one request may copy, in bytes
 */
export function createBucket(client: S3Client, bucket: string, copiedAtOnce: number = 1024 ** 3): Bucket {
  const to = (Key: string) => ({ Bucket: bucket, Key })

  // S3 compares them before it keeps anything: of a request that was cut nothing is left.
  const send = (bytes: Uint8Array) => ({
    Body: bytes,
    ContentLength: bytes.length,
    ChecksumCRC32: base64Crc(crc32Of(bytes)),
  })

  async function part(key: string, UploadId: string, number: number, bytes: Uint8Array): Promise<Part> {
    const place = { ...to(key), UploadId, PartNumber: number }
    const { ETag: etag, ChecksumCRC32: crc32 } = await asked(() =>
      client.send(new UploadPartCommand({ ...place, ...send(bytes) })),
    )
    if (etag === undefined || crc32 === undefined) throw new Error(`S3 told no checksum of part ${number} of ${key}`)
    return { number, size: bytes.length, etag, crc32 }
  }

  async function start(key: string, more: Omit<CreateMultipartUploadCommandInput, 'Bucket' | 'Key'>): Promise<string> {
    const { UploadId } = await asked(() => client.send(new CreateMultipartUploadCommand({ ...to(key), ...more })))
    if (UploadId === undefined) throw new Error(`S3 began no upload of ${key}`)
    return UploadId
  }

  const abort = async (key: string, UploadId: string): Promise<void> => {
    await asked(() => client.send(new AbortMultipartUploadCommand({ ...to(key), UploadId }))).catch(
      unless('NoSuchUpload'),
    )
  }

  return {
    begin: (key, headers) => start(key, { ...headers, ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
    part,
    abort,
    async put(key, bytes, headers) {
      await asked(() => client.send(new PutObjectCommand({ ...to(key), ...headers, ...send(bytes) })))
    },
    async head(key) {
      const found = await asked(() =>
        client.send(new HeadObjectCommand({ ...to(key), ChecksumMode: 'ENABLED' })),
      ).catch(unless('NotFound', 'NoSuchKey'))
      return found && { size: found.ContentLength ?? 0, crc32: found.ChecksumCRC32, upload: found.Metadata?.['upload'] }
    },
    async get(key, start, end) {
      const { Body } = await asked(() =>
        client.send(new GetObjectCommand({ ...to(key), Range: `bytes=${start}-${end - 1}` })),
      )
      if (!Body) throw new Error(`S3 gave no bytes of ${key}`)
      return Body.transformToWebStream()
    },
    async remove(key) {
      await asked(() => client.send(new DeleteObjectCommand(to(key))))
    },
    async *list(prefix) {
      let ContinuationToken: string | undefined
      do {
        const where = { Bucket: bucket, Prefix: prefix, ContinuationToken }
        const page = await asked(() => client.send(new ListObjectsV2Command(where)))
        for (const { Key: key, LastModified: at } of page.Contents ?? [])
          if (key !== undefined) yield { key, at: at?.getTime() ?? 0 }
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken !== undefined)
    },
    async finish(key, UploadId, parts, crc32) {
      const whole = { ChecksumType: 'FULL_OBJECT', ChecksumCRC32: crc32, MpuObjectSize: sizeOf(parts) } as const
      const Parts = parts.map(({ number, etag, crc32: own }) => ({
        PartNumber: number,
        ETag: etag,
        ChecksumCRC32: own,
      }))
      const command = new CompleteMultipartUploadCommand({ ...to(key), UploadId, ...whole, MultipartUpload: { Parts } })
      await asked(() => client.send(command)).catch(unless('NoSuchUpload'))
    },
    async *uploads(prefix) {
      let from: { readonly KeyMarker?: string | undefined; readonly UploadIdMarker?: string | undefined } = {}
      for (;;) {
        const page = await asked(() =>
          client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...from })),
        )
        for (const { Key: key, UploadId: upload, Initiated: at } of page.Uploads ?? [])
          if (key !== undefined && upload !== undefined) yield { key, upload, at: at?.getTime() ?? 0 }
        if (!page.IsTruncated) return
        from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      }
    },
    async address(key, expiresIn) {
      // Only who redirects needs it.
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
      return getSignedUrl(client, new GetObjectCommand(to(key)), { expiresIn })
    },
    async copy(from, key, size, headers) {
      const CopySource = [bucket, ...from.split('/')].map(encodeURIComponent).join('/')
      if (size <= copiedAtOnce) {
        const told = { MetadataDirective: 'REPLACE', ChecksumAlgorithm: 'CRC32' } as const
        await asked(() => client.send(new CopyObjectCommand({ ...to(key), ...headers, ...told, CopySource })))
        return
      }
      // Without a checksum of ours: S3 makes one of what it copies.
      const UploadId = await start(key, headers)
      try {
        const Parts: CompletedPart[] = []
        for (let at = 0; at < size; at += copiedAtOnce) {
          const place = { ...to(key), UploadId, PartNumber: Parts.length + 1, CopySource }
          const CopySourceRange = `bytes=${at}-${Math.min(size, at + copiedAtOnce) - 1}`
          const { CopyPartResult: { ETag } = {} } = await asked(() =>
            client.send(new UploadPartCopyCommand({ ...place, CopySourceRange })),
          )
          Parts.push({ PartNumber: place.PartNumber, ETag })
        }
        const whole = { ...to(key), UploadId, MultipartUpload: { Parts } }
        await asked(() => client.send(new CompleteMultipartUploadCommand(whole)))
      } catch (error) {
        await abort(key, UploadId)
        throw error
      }
    },
  }
}

/** Tells a storage that is not there, also for the client's own further tries, as one that may be there later. */
async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (!isPassing(error)) throw error
    throw new UploadProblem('unavailable', 'The storage does not answer', { retryAfter: 5, cause: error })
  }
}

// By name, never by status: a key that S3 does not know is a 404 at some servers.
const isPassing = (error: unknown): boolean =>
  error instanceof S3ServiceException
    ? (error.$metadata.httpStatusCode ?? 0) >= 500 ||
      ['SlowDown', 'RequestTimeout', 'IncompleteBody'].includes(error.name)
    : error instanceof Error && /^E[A-Z]+$|Timeout/.test('code' in error ? String(error.code) : error.name)

const unless =
  (...names: readonly string[]) =>
  (error: unknown): undefined => {
    if (error instanceof Error && names.includes(error.name)) return undefined
    throw error
  }
