import { createUpload } from '@mux/upchunk'
import type { Send } from './page.ts'

/** UpChunk with its defaults. Each upload has an address of its own, which its server hands out where it is really used. */
export const send: Send = (file, { endpoint }) =>
  new Promise((resolve, reject) => {
    const upload = createUpload({ endpoint: `${endpoint}${crypto.randomUUID()}`, file })
    upload.on('progress', () => {})
    upload.on('success', () => resolve())
    upload.on('error', ({ detail }) => reject(new Error(`UpChunk failed: ${JSON.stringify(detail)}`)))
  })
