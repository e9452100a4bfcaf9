import type { isAlike } from './source.ts'
import type { InnerUpload } from './upload.ts'

/**
 * Learns whether a file that was added is the one of an upload with the same name, size and date, which is very likely; what it holds
 * decides. An upload that wants its file is given it; `create` is called with another one. Never rejects.
 */
export type TellApart = (upload: InnerUpload, file: File, create: (file: File) => void) => Promise<void>

export const tellApartBy =
  (alike: typeof isAlike): TellApart =>
  async (upload, file, create) => {
    const { signal } = new AbortController()
    const { known, input } = upload.file
    const wanting = upload.getState().status === 'paused' && !input
    try {
      if (!(await alike(file, known.samples ?? (input instanceof Blob ? input : file), signal))) create(file)
      else if (wanting) upload.choose(file)
    } catch {
      // A file that cannot be read tells so itself, as an upload of its own.
      create(file)
    }
  }
