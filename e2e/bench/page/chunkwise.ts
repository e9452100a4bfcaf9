import { createUploader, drfChunkedUpload, ietf, tus, type Protocol } from '@chunkwise/client'
import type { Dialect } from '../candidates.ts'
import type { Send } from './page.ts'

const protocols: Readonly<Record<Dialect, () => Protocol>> = { drf: drfChunkedUpload, tus, ietf }

/** Ours with its defaults; finished when the server has verified the MD5. */
export const send: Send = async (file, { endpoint, chunkSize, dialect = 'drf' }) => {
  const protocol = protocols[dialect]()
  const uploader = createUploader({ endpoint, protocol, ...(chunkSize === undefined ? {} : { chunkSize }) })
  const upload = uploader.add(file)
  upload.subscribe(() => {})
  const { verified } = await upload.finished
  if (!verified) throw new Error('The upload was not verified')
}
