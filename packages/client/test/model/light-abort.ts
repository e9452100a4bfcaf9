/**
 * The platform's AbortController, as far as the client uses it, a hundred times cheaper: Node's keeps weak references and makes an
 * exception with its stack for each one, and that would be most of the work of a schedule.
 */
class LightSignal {
  aborted = false
  reason: unknown = undefined
  private listeners: Set<() => void> | undefined

  static any(signals: Iterable<LightSignal>): LightSignal {
    const all = [...signals]
    const either = new LightSignal()
    const gone = all.find(({ aborted }) => aborted)
    if (gone) {
      either.abort(gone.reason)
      return either
    }
    // Whichever comes first, the others need not remember it: a page's signal outlives thousands.
    const stop = (): void => {
      for (const signal of all) signal.removeEventListener('abort', stop)
      either.abort(all.find(({ aborted }) => aborted)?.reason)
    }
    for (const signal of all) signal.addEventListener('abort', stop)
    return either
  }

  addEventListener(_: 'abort', listener: () => void): void {
    if (!this.aborted) (this.listeners ??= new Set()).add(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.listeners?.delete(listener)
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    const { listeners } = this
    this.listeners = undefined
    listeners?.forEach((listener) => listener())
  }
}

class LightController {
  readonly signal: LightSignal = new LightSignal()

  abort(reason: unknown = new Error('This operation was aborted')): void {
    this.signal.abort(reason)
  }
}

export { LightController, LightSignal }
