/** Many files, and what takes them all at once. */
export interface Crowd {
  /**
   * Asks each file for its size, which the browser finds out when it is first asked, and only then: whoever shows or adds a
   * file pays that once, and here not the uploader. Gives back the milliseconds.
   */
  askSizes(): number
  /** Adds all in one go; gives back how many the list then has. A mark in the trace says which task did that. */
  addAll(): number
  /** Resolves to the milliseconds from adding to the last of them. */
  readonly done: Promise<number>
}

/** What a client makes of many files. */
export interface Taker {
  /** Takes all and begins to send them; gives back how many its list then has. */
  take(): number
  /** Resolves when the last of them has arrived. */
  readonly done: Promise<void>
}

/** Opens a client for many files. */
export type Gather = (files: readonly File[], endpoint: string) => Taker

/** The name of the mark that adding leaves in a trace. */
export const addingMark = 'bench:adding'

/** Puts a clock beside a client with many files. */
export function timed(files: readonly File[], taker: Taker): Crowd {
  let began = 0
  return {
    askSizes() {
      const asked = performance.now()
      for (const file of files) if (file.size === 0) throw new Error(`Cannot send ${file.name}: it is empty`)
      return performance.now() - asked
    },
    addAll() {
      began = performance.now()
      performance.mark(addingMark)
      return taker.take()
    },
    done: taker.done.then(() => performance.now() - began),
  }
}
