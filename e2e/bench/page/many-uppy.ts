import Uppy from '@uppy/core'
import Tus from '@uppy/tus'
import type { Gather } from './many.ts'

/** Uppy and its tus plugin with their defaults: twenty at a time, of which a browser lets six through. */
export const gather: Gather = (files, endpoint) => {
  const uppy = new Uppy({ autoProceed: true }).use(Tus, { endpoint })
  uppy.on('upload-progress', () => {})
  const done = new Promise<void>((resolve, reject) => {
    uppy.on('complete', ({ successful = [], failed = [] }) => {
      if (successful.length === files.length) resolve()
      else reject(new Error(`${failed.length} of ${files.length} failed: ${failed[0]?.error}`))
    })
  })
  return {
    take() {
      uppy.addFiles(files.map((file) => ({ name: file.name, type: file.type, data: file })))
      return uppy.getFiles().length
    },
    done,
  }
}
