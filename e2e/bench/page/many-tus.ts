import { Upload } from 'tus-js-client'
import type { Gather } from './many.ts'

// As many requests as a browser has under way to one server.
const atATime = 6

/** tus-js-client, which sends one file: whoever has many writes a loop like this one around it. */
export const gather: Gather = (files, endpoint) => {
  const left = files.values()
  let begin = (): void => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const sendOn = async (): Promise<void> => {
    for (const file of left) await send(file, endpoint)
  }
  return {
    take() {
      begin()
      return files.length
    },
    done: begun.then(async () => void (await Promise.all(Array.from({ length: atATime }, sendOn)))),
  }
}

function send(file: File, endpoint: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint,
      metadata: { filename: file.name, filetype: file.type },
      // Else ten thousand notes of finished uploads fill what a page may keep.
      removeFingerprintOnSuccess: true,
      onProgress: () => {},
      onSuccess: () => resolve(),
      onError: reject,
    })
    upload.start()
  })
}
