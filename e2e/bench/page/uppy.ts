import Uppy from '@uppy/core'
import Tus from '@uppy/tus'
import type { Send } from './page.ts'

/** Uppy and its tus plugin with their defaults but for the size of chunks. */
export const send: Send = async (file, { endpoint, chunkSize = Infinity }) => {
  const uppy = new Uppy().use(Tus, { endpoint, chunkSize })
  uppy.on('upload-progress', () => {})
  uppy.addFile({ name: file.name, type: file.type, data: file })
  const { failed = [] } = (await uppy.upload()) ?? {}
  const [{ error } = { error: undefined }] = failed
  if (failed.length > 0) throw new Error(`Uppy failed: ${error}`)
}
