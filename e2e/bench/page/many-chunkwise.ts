import { createUploader, type UploaderState } from '@chunkwise/client'
import type { Gather } from './many.ts'

/** An uploader with a list that follows it, as an app has it. */
export const gather: Gather = (files, endpoint) => {
  const uploader = createUploader({ endpoint })
  const done = new Promise<void>((resolve, reject) => {
    uploader.subscribe(({ count }: UploaderState) => {
      if (count.completed === files.length) resolve()
      if (count.failed) reject(new Error(`${count.failed} of ${files.length} failed`))
    })
  })
  return {
    take() {
      for (const file of files) uploader.add(file)
      return uploader.getState().uploads.length
    },
    done,
  }
}
