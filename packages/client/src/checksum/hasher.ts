import { UploadError } from '../errors.ts'
import type { HashOptions, Hasher, HashState } from '../types.ts'
import { takeLately } from './lately.ts'
import type { Run, RunEvent } from './run.ts'
import { newest, remember } from './states.ts'
import type { Runner } from './thread.ts'

/** How far a hash is. `stalled`: nothing could be loaded to compute it with; asked again, it tries again. */
type Status =
  | { readonly is: 'starting' }
  | { readonly is: 'running'; readonly run: Run }
  | { readonly is: 'stalled'; readonly error: UploadError }
  | { readonly is: 'finished'; readonly hex: string }
  | { readonly is: 'failed'; readonly error: UploadError }

/**
 * The hash of one file, wherever it is computed: a run that dies is begun again elsewhere from its newest saved state.
 *
 * @param runner where to compute; asked again after each death. Rejects if nothing could be loaded.
 * @param onClose called once, when the hash holds nothing any more.
 */
export function createHasher(options: HashOptions, runner: () => Promise<Runner>, onClose: () => void): Hasher {
  const { file, algorithm, saved, trusted = false, onAdvance } = options
  const waiting = new Set<() => void>()
  // States older than this one are of the file as it is now; from here on only once it was compared.
  const unproven = trusted ? undefined : saved
  let proven = unproven === undefined
  let states: readonly HashState[] = saved ? [saved] : []
  let position = trusted && saved ? saved.position : 0
  let target = 0
  let status: Status = { is: 'starting' }
  let closed = false
  begin()

  return {
    get position() {
      return position
    },
    advance(to) {
      target = Math.max(target, Math.min(to, file.size))
      if (status.is === 'running') status.run.advance(target)
      if (status.is === 'stalled') begin()
    },
    saved: (offset) => newest(states, offset),
    digest,
    close,
  }

  function begin(): void {
    become({ is: 'starting' })
    runner()
      .then(start)
      .catch((cause: unknown) => {
        become(
          cause instanceof UploadError && cause.code === 'network'
            ? { is: 'stalled', error: cause }
            : { is: 'failed', error: failure(cause) },
        )
      })
  }

  function start(on: Runner): void {
    if (closed) return
    const from = newest(states, proven || !unproven ? file.size : unproven.position - 1)
    const run = on.start(
      { file: takeLately(file) ?? file, algorithm, from, compare: proven ? undefined : unproven },
      hear,
    )
    become({ is: 'running', run })
    run.advance(target)
  }

  function hear(event: RunEvent): void {
    if (closed) return
    switch (event.type) {
      case 'opened':
        position = event.position
        // What the engine did not take is of no use; what it has yet to compare stays.
        proven ||= !event.compares
        states = states.filter((state) =>
          state === unproven && !proven ? true : state.engine === event.engine && state.position <= position,
        )
        break
      case 'advanced':
        position = event.state.position
        states = remember(states, event.state)
        if (unproven && position >= unproven.position) proven = true
        onAdvance?.(position)
        break
      case 'finished':
        become({ is: 'finished', hex: event.hex })
        break
      case 'failed': {
        const { code, message, cause } = event
        become({ is: 'failed', error: new UploadError(code, message, { cause }) })
        break
      }
      case 'died':
        begin()
        break
    }
  }

  function become(next: Status): void {
    if (closed) return
    status = next
    for (const look of waiting) look()
  }

  function digest(signal: AbortSignal): Promise<string> {
    if (status.is === 'stalled') begin()
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(look)
        signal.removeEventListener('abort', look)
      }
      const look = (): void => {
        if (signal.aborted) reject(signal.reason)
        else if (status.is === 'finished') resolve(status.hex)
        else if (status.is === 'failed' || status.is === 'stalled') reject(status.error)
        else if (closed) reject(new UploadError('cancelled', 'Cannot give the checksum: hashing was stopped'))
        else return
        leave()
      }
      waiting.add(look)
      signal.addEventListener('abort', look)
      look()
    })
  }

  function close(): void {
    if (closed) return
    closed = true
    if (status.is === 'running') status.run.close()
    for (const look of waiting) look()
    onClose()
  }
}

function failure(cause: unknown): UploadError {
  if (cause instanceof UploadError) return cause
  return new UploadError(
    'internal',
    `Cannot hash the file: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  )
}
