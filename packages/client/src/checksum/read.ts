import { fileError, probeByte, shortRead, tooSlow } from '../file-bytes.ts'

/** How a long run of bytes is read: `limitMs` without one byte is the end of patience (a network drive, a cloud placeholder). */
export interface ReadOptions {
  readonly signal: AbortSignal
  readonly limitMs: number
}

/**
 * The bytes of a file from `start` up to `end`, in order, in pieces as the browser gives them.
 *
 * @throws UploadError `file-gone`, `file-changed` (also if the file gives fewer or more bytes than asked) or
 *   `file-unreadable` (also after `limitMs` of silence); the signal's reason if that comes first.
 */
export async function* readRange(
  file: Blob,
  start: number,
  end: number,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const { signal, limitMs } = options
  signal.throwIfAborted()
  const reader = file.slice(start, end).stream().getReader()
  // Cancelling ends a read that hangs, without a second promise to race it against for each piece.
  const cancel = (): void => void reader.cancel().catch(() => {})
  const silence = watch(limitMs, cancel)
  signal.addEventListener('abort', cancel)
  let read = 0
  try {
    for (;;) {
      const { done, value } = await next(reader, file, start + read)
      signal.throwIfAborted()
      if (silence.over) throw tooSlow(start + read, limitMs)
      if (done) break
      silence.heard()
      read += value.byteLength
      if (start + read > end) break
      yield value
      silence.heard()
    }
  } finally {
    silence.end()
    signal.removeEventListener('abort', cancel)
    cancel()
  }
  if (start + read !== end) throw shortRead(start, end - start, read)
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  file: Blob,
  offset: number,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read()
  } catch (cause) {
    // A stream fails without the true reason ("network error"); one byte asked for by itself tells it.
    await probeByte(file, offset)
    throw fileError(cause, offset)
  }
}

// Counts ticks rather than time, so that a computer that slept is late by one tick and not by hours.
function watch(limitMs: number, onSilence: () => void): { readonly over: boolean; heard(): void; end(): void } {
  const ticks = 12
  let silent = 0
  const timer = setInterval(() => {
    silent += 1
    // The first tick may come just after a byte.
    if (silent === ticks + 1) onSilence()
  }, limitMs / ticks)
  return {
    get over() {
      return silent > ticks
    },
    heard: () => void (silent = 0),
    end: () => clearInterval(timer),
  }
}
