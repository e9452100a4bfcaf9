import { fileError, probeByte, shortRead, tooSlow } from '../file-bytes.ts'
import { readBytesOf } from './byte-reader.ts'

/** How a file is read: `limitMs` without one byte is the end of patience (a network drive, a cloud placeholder). */
export interface ReadOptions {
  readonly signal: AbortSignal
  readonly limitMs: number
}

/** A file that is being read, strictly forward. It is kept open until `close`. */
export interface Reading {
  /**
   * The next bytes, at least one and at most `most` of them, good until the next call. Not to be asked behind the end.
   *
   * @throws UploadError `file-gone`, `file-changed` (also if the file gives fewer or more bytes than it has) or
   *   `file-unreadable` (also after `limitMs` of silence); the signal's reason if that comes first.
   */
  next(most: number): Promise<Uint8Array>
  /** Lets go of the file. */
  close(): void
}

/** Opens a file to read it from `start` to its end, or what was read of it. */
export function openReading(file: Blob | ArrayBuffer, start: number, options: ReadOptions): Reading {
  return file instanceof ArrayBuffer ? readAgain(file, start) : readFile(file, start, options)
}

function readAgain(bytes: ArrayBuffer, start: number): Reading {
  let at = start
  return {
    async next(most) {
      const next = new Uint8Array(bytes).subarray(at, at + most)
      at += next.length
      return next
    },
    close() {},
  }
}

// One long read costs a browser half of what many short ones do.
function readFile(file: Blob, start: number, { signal, limitMs }: ReadOptions): Reading {
  const reader = readBytesOf(file.slice(start).stream())
  // Cancelling ends a read that hangs, without a second promise to race it against for each piece.
  const cancel = (): void => void reader.cancel().catch(() => {})
  const silence = watch(limitMs, cancel)
  signal.addEventListener('abort', cancel)
  let at = start

  async function patiently<Value>(read: Promise<Value>): Promise<Value> {
    silence.begin()
    const outcome = await read.then(
      (value) => ({ value }),
      (cause: unknown) => ({ cause }),
    )
    silence.end()
    signal.throwIfAborted()
    if (silence.over) throw tooSlow(at, limitMs)
    if ('value' in outcome) return outcome.value
    // A stream fails without the true reason ("network error"); one byte asked for by itself tells it.
    await probeByte(file, at)
    throw fileError(outcome.cause, at)
  }

  return {
    async next(most) {
      signal.throwIfAborted()
      const bytes = await patiently(reader.next(Math.min(most, file.size - at)))
      at += bytes.length
      const ends = at === file.size
      // Taking the end of the bytes for the end of the file would lose the rest.
      const tooMany = ends ? await patiently(reader.rest()) : 0
      if (bytes.length === 0 || tooMany > 0) throw shortRead(start, file.size - start, at + tooMany - start)
      // A browser looks whether a file has changed when it opens it, and this one has been open for long (F40).
      if (ends) await probeByte(file, start)
      return bytes
    },
    close() {
      silence.close()
      signal.removeEventListener('abort', cancel)
      cancel()
    },
  }
}

/** Measures how long a read takes. */
interface Watch {
  readonly over: boolean
  begin(): void
  end(): void
  close(): void
}

// Counts ticks rather than time, so that a computer that slept is late by one tick and not by hours.
function watch(limitMs: number, onSilence: () => void): Watch {
  const ticks = 12
  let silent = 0
  let reading = false
  const timer = setInterval(() => {
    if (reading) silent += 1
    // The first tick may come just after it began.
    if (silent === ticks + 1) onSilence()
  }, limitMs / ticks)
  return {
    get over() {
      return silent > ticks
    },
    begin() {
      reading = true
    },
    end() {
      reading = false
      if (silent <= ticks) silent = 0
    },
    close: () => clearInterval(timer),
  }
}
