import { Upload } from 'tus-js-client'
import type { Send } from './page.ts'

/** tus-js-client with its defaults but for the size of chunks. */
export const send: Send = (file, { endpoint, chunkSize = Infinity }) =>
  new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint,
      chunkSize,
      metadata: { filename: file.name, filetype: file.type },
      onProgress: () => {},
      onSuccess: () => resolve(),
      onError: reject,
    })
    upload.start()
  })
