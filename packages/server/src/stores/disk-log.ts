import type { FileHandle } from 'node:fs/promises'
import { rename, rm } from 'node:fs/promises'
import { isCode, type Root } from './disk-paths.ts'
import { writeAll } from './disk-write.ts'
import { sharedRound } from './shared-round.ts'

/** A file of lines that only grows at its end. */
export interface DiskLog {
  /**
   * Adds a line, durable when it resolves if the log is. Those that come while others are written go together: one write and
   * one sync for all of them. `learn` is called once it counts, before any other line is written.
   */
  add(line: string, learn: () => void): Promise<void>
  close(): Promise<void>
}

export interface DiskLogOptions {
  /** Path inside the root. */
  readonly path: string
  readonly durable: boolean
  /** The fewest lines that say all that the log says. */
  readonly whole: () => Iterable<string>
}

interface Added {
  readonly line: string
  readonly learn: () => void
}

/** Below this, in bytes, a log is not worth writing anew. */
const smallest = 1024 ** 2

/**
 * Opens a log after it was read, for adding to it. It is written anew, beside the old one, when it has grown to twice what it
 * was then; and when it may end in what must not count, since no write and no sync after that can be trusted.
 *
 * @param size bytes of the lines that were read; `undefined` if there is something else behind them
 */
export async function openLog(root: Root, { path, durable, whole }: DiskLogOptions, size?: number): Promise<DiskLog> {
  const temporary = `${path}.tmp`
  let handle: FileHandle | undefined
  let end = size ?? Infinity
  let limit = smallest
  let waiting: Added[] = []

  async function begin(): Promise<FileHandle> {
    if (end > limit) await writeAnew().catch(postpone)
    return (handle ??= await root.open(path, 'write'))
  }

  /** A log that is only large can be added to all the same. */
  function postpone(error: unknown): void {
    if (end === Infinity) throw error
    limit = 2 * end
  }

  async function writeAnew(): Promise<void> {
    await rm(root.at(temporary), { force: true })
    const fresh = await root.open(temporary, 'create')
    let written = 0
    try {
      for (const bytes of batches(whole())) {
        await writeAll(fresh, bytes, written)
        written += bytes.length
      }
      if (durable) await fresh.datasync()
      await rename(root.at(temporary), root.at(path))
    } catch (error) {
      await fresh.close()
      throw error
    }
    const old = handle
    handle = fresh
    // Until its name is sure, what is added to it is not.
    end = Infinity
    await old?.close()
    if (durable) await root.syncNames(path)
    end = written
    limit = Math.max(smallest, 2 * written)
  }

  /** What was not answered goes: after a crash the line before it must be found. */
  async function takeBack(file: FileHandle): Promise<void> {
    try {
      await file.truncate(end)
      if (durable) await file.datasync()
    } catch {
      end = Infinity
    }
  }

  const flush = sharedRound(async () => {
    const added = waiting
    waiting = []
    const bytes = Buffer.from(added.map(({ line }) => `${line}\n`).join(''))
    const file = await begin()
    try {
      await writeAll(file, bytes, end)
      if (durable) await file.datasync()
    } catch (error) {
      await takeBack(file)
      throw error
    }
    end += bytes.length
    for (const { learn } of added) learn()
  })

  await root.prepare(path)
  await begin().catch(async (error: unknown) => {
    if (!isCode(error, 'ENOENT')) throw error
    await writeAnew()
  })
  return {
    async add(line, learn) {
      waiting.push({ line, learn })
      await flush()
    },
    async close() {
      await handle?.close()
      handle = undefined
    },
  }
}

function* batches(lines: Iterable<string>): Generator<Uint8Array> {
  let text = ''
  for (const line of lines) {
    text += `${line}\n`
    if (text.length < smallest) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}

/** Reads a log line by line, and says how many bytes that were; `undefined` if it ends in what is no line. */
export async function readLog(root: Root, path: string, each: (line: string) => void): Promise<number | undefined> {
  const handle = await root.open(path, 'read').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (!handle) return 0
  let rest = ''
  let size = 0
  const decoder = new TextDecoder()
  const pieces: AsyncIterable<Uint8Array> = handle.createReadStream({ highWaterMark: smallest })
  for await (const bytes of pieces) {
    size += bytes.length
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) each(line)
  }
  // Half a letter at the end is no line either.
  return rest + decoder.decode() === '' ? size : undefined
}
