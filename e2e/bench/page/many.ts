import { createUploader, type UploaderState } from '@chunkwise/client'

/** Many files, and the list that shows them. */
export interface Crowd {
  /**
   * Asks each file for its size, which the browser finds out when it is first asked, and only then: whoever shows or adds a
   * file pays that once, and here not the uploader. Gives back the milliseconds.
   */
  askSizes(): number
  /** Adds all in one go; gives back how many the list then has. A mark in the trace says which task did that. */
  addAll(): number
  /** How many are completed and verified. */
  arrived(): number
  /** Resolves to the milliseconds from adding to the last of them. */
  readonly done: Promise<number>
}

/** The name of the mark that adding leaves in a trace. */
export const addingMark = 'bench:adding'

/** An uploader with a list that follows it, as an app has it. */
export function gather(files: readonly File[], endpoint: string): Crowd {
  const uploader = createUploader({ endpoint })
  let [began, arrived] = [0, 0]
  const done = new Promise<number>((resolve, reject) => {
    uploader.subscribe(({ count }: UploaderState) => {
      arrived = count.completed ?? 0
      if (arrived === files.length) resolve(performance.now() - began)
      if (count.failed) reject(new Error(`${count.failed} of ${files.length} failed`))
    })
  })
  return {
    askSizes() {
      const asked = performance.now()
      for (const file of files) if (file.size === 0) throw new Error(`Cannot send ${file.name}: it is empty`)
      return performance.now() - asked
    },
    addAll() {
      began = performance.now()
      performance.mark(addingMark)
      for (const file of files) uploader.add(file)
      return uploader.getState().uploads.length
    },
    arrived: () => arrived,
    done,
  }
}
