import { createUploader } from '@chunkwise/client'
import type { Send } from './page.ts'

/** Ours with its defaults; finished when the server has verified the MD5. */
export const send: Send = async (file, { endpoint, chunkSize }) => {
  const uploader = createUploader({ endpoint, ...(chunkSize === undefined ? {} : { chunkSize }) })
  const upload = uploader.add(file)
  upload.subscribe(() => {})
  const { verified } = await upload.finished
  if (!verified) throw new Error('The upload was not verified')
}
