// The process that sends files straight to S3, as anybody would: what nodes before it can come to at most. It ends with the process that
// started it.
import { randomUUID } from 'node:crypto'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3'
import { answerLoads } from '../load/answer-loads.ts'
import { runLoad } from '../load/load.ts'
import type { RepeatedFile } from '../load/send.ts'

answerLoads((load) => {
  const { origin, pathname } = new URL(load.endpoint)
  // The key comes from the environment.
  const client = new S3Client({ endpoint: origin, forcePathStyle: true })
  const Bucket = pathname.replaceAll('/', '')
  return runLoad(load, () => ({ send: (file, onChunk) => upload(client, Bucket, file, onChunk), close: () => {} }))
})

async function upload(
  client: S3Client,
  Bucket: string,
  { bytes, size }: RepeatedFile,
  onChunk: (ms: number) => void,
): Promise<void> {
  const to = { Bucket, Key: randomUUID() }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(to))
  const Parts: CompletedPart[] = []
  for (let start = 0; start < size; start += bytes.length) {
    const part = { ...to, UploadId, PartNumber: Parts.length + 1 }
    const began = performance.now()
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: bytes.subarray(0, size - start) }))
    onChunk(performance.now() - began)
    Parts.push({ ETag, PartNumber: part.PartNumber })
  }
  await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }))
}
