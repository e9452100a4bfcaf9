import Uppy from '@uppy/core'
import Tus from '@uppy/tus'
import type { Orders, Tell } from '../run.ts'
import type { Wish } from '../wish.ts'

/** Starts an upload with Uppy and its tus plugin, which names the file itself and remembers uploads unasked. */
export async function startUppy(file: File, { endpoint, options, stream }: Wish, tell: Tell): Promise<Orders> {
  const uppy = new Uppy().use(Tus, { endpoint, ...options, uploadLengthDeferred: stream })
  uppy.on('upload-success', () => tell('success'))
  uppy.on('upload-error', (_, { message }) => tell(`error: ${message}`))
  uppy.addFile({ name: file.name, type: file.type, data: file })
  // How it ended is told by its events.
  void uppy.upload()
  return {
    pause: async () => uppy.pauseAll(),
    resume: async () => uppy.resumeAll(),
    terminate: async () => uppy.cancelAll(),
  }
}
