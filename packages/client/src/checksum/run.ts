import { UploadError, type ErrorCode } from '../errors.ts'
import type { Algorithm, HashState } from '../types.ts'
import { breather } from './breathe.ts'
import { openDigest, type Digest, type Engine } from './engine.ts'
import { openReading, type Reading } from './read.ts'

/** What is to be hashed, and from where. */
export interface Order {
  /** Or all bytes of it. */
  readonly file: Blob | ArrayBuffer
  readonly algorithm: Algorithm
  /** Go on from here, if the engine takes it; else begin at 0. */
  readonly from?: HashState | undefined
  /** Passing this position, the digest so far must be the one of this state, if the engine takes it. */
  readonly compare?: HashState | undefined
}

/** What a run tells; every value can be posted from a worker. */
export type RunEvent =
  /** It begins. `compares`: whether the engine took the state to compare with. */
  | { type: 'opened'; engine: HashState['engine']; position: number; compares: boolean }
  | { type: 'advanced'; state: HashState }
  | { type: 'finished'; hex: string }
  | { type: 'failed'; code: ErrorCode; message: string; cause: string }
  /** The thread broke, not the file: somebody else should go on. */
  | { type: 'died'; cause: string }

/** One file on its way through a digest, strictly forward. */
export interface Run {
  /** Hashes on up to `position`; one that lies behind changes nothing. */
  advance(position: number): void
  /** Stops; nothing is told any more. */
  close(): void
}

/** How a run treats the thread it is on, and the file. */
export interface Pace {
  /** Work without a break, in milliseconds. */
  readonly sliceMs: number
  /** A read that gives nothing for so long has failed, in milliseconds. */
  readonly readLimitMs: number
}

const MiB = 1024 ** 2
/** A saved state at least this often, so that a reload costs little. */
const stateEvery = 4 * MiB
/** A piece of work between two looks at the clock: 5 ms even at 13 MB/s. */
const piece = 64 * 1024

/** Starts a run with the first of the engines that can. It hashes nothing before it is advanced. */
export function startRun(
  { file, algorithm, from, compare }: Order,
  engines: readonly Engine[],
  { sliceMs, readLimitMs }: Pace,
  report: (event: RunEvent) => void,
): Run {
  const stop = new AbortController()
  const { signal } = stop
  const size = file instanceof ArrayBuffer ? file.byteLength : file.size
  let target = 0
  let wake = (): void => {}

  work().catch((error: unknown) => {
    if (signal.aborted) return
    report(
      error instanceof UploadError
        ? { type: 'failed', code: error.code, message: error.message, cause: describe(error.cause) }
        : { type: 'died', cause: String(error) },
    )
  })

  return {
    advance(position) {
      target = Math.max(target, Math.min(position, size))
      wake()
    },
    close() {
      stop.abort()
      wake()
    },
  }

  async function work(): Promise<void> {
    const { engine, digest } = await openDigest(engines, algorithm)
    signal.throwIfAborted()
    const takes = (state: HashState | undefined): state is HashState =>
      state?.engine === engine && state.algorithm === algorithm && state.position <= size && loads(digest, state)
    const landmark = takes(compare) ? { position: compare.position, hex: digest.hex() } : undefined
    let position = 0
    if (takes(from)) position = from.position
    else digest.reset()
    report({ type: 'opened', engine, position, compares: landmark !== undefined })

    const breathe = breather(sliceMs)
    let reading: Reading | undefined
    try {
      while (position < size) {
        while (target <= position) {
          await new Promise<void>((resolve) => (wake = resolve))
          signal.throwIfAborted()
        }
        reading ??= openReading(file, position, { signal, limitMs: readLimitMs })
        await hashOn(reading, nextMark(target))
        pass()
      }
    } finally {
      reading?.close()
    }
    signal.throwIfAborted()
    report({ type: 'finished', hex: digest.hex() })

    async function hashOn(from: Reading, mark: number): Promise<void> {
      while (position < mark) {
        const bytes = await from.next(mark - position)
        for (let at = 0; at < bytes.length; at += piece) {
          digest.update(bytes.subarray(at, at + piece))
          await breathe()
          signal.throwIfAborted()
        }
        position += bytes.length
      }
    }

    function nextMark(end: number): number {
      const marks = [end, position + stateEvery]
      if (landmark && landmark.position > position) marks.push(landmark.position)
      return Math.min(...marks)
    }

    function pass(): void {
      // Two states of the same bytes may differ in what an older block left behind, their digests may not.
      if (landmark?.position === position && landmark.hex !== digest.hex()) throw mismatch(position)
      report({ type: 'advanced', state: { engine, algorithm, position, state: digest.save() } })
    }
  }
}

// An error object may not survive the way to the page.
const describe = (cause: unknown): string => (cause instanceof Error ? `${cause.name}: ${cause.message}` : '')

function loads(digest: Digest, { state }: HashState): boolean {
  try {
    digest.load(state)
    return true
  } catch {
    // Written by another version: as good as none.
    return false
  }
}

function mismatch(position: number): UploadError {
  return new UploadError(
    'file-mismatch',
    `Cannot go on with this file: its first ${position} bytes differ from those sent before; choose the file the upload was begun with`,
  )
}
