import type { FileHandle } from 'node:fs/promises'

/** Makes what is written to one file durable, most of it while more is still coming. */
export interface FileSync {
  /** Tells how many more bytes were written. */
  wrote(bytes: number): void
  /**
   * Resolves when all that was written is on the disk. Rejects if any sync of the file has failed: what it lost a later one would
   * not miss (S13).
   */
  finish(): Promise<void>
}

/** So many bytes are worth a sync of their own, so that no answer waits for more. */
const share = 4 * 1024 ** 2

export function createFileSync(handle: FileHandle): FileSync {
  let unsynced = 0
  let syncing: Promise<void> | undefined
  let failed: { readonly error: unknown } | undefined

  async function begin(): Promise<void> {
    unsynced = 0
    try {
      await handle.datasync()
    } catch (error) {
      failed ??= { error }
    }
    syncing = undefined
  }

  return {
    wrote(bytes) {
      unsynced += bytes
      if (unsynced >= share) syncing ??= begin()
    },
    async finish() {
      await syncing
      await begin()
      if (failed) throw failed.error
    },
  }
}
