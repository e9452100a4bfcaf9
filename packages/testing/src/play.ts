import type { Kind } from './kind.ts'
import { readScript, type Fault } from './script.ts'

/** A script that is being played: hands out one fault per request. */
export interface Play {
  /** What becomes of this request. Uses up the first entry that fits it. */
  next(request: { readonly method: string; readonly kind: Kind }): Fault
  /** Entries that are left, each counted as often as it is still to be used. */
  readonly left: number
}

const ok: Fault = { fault: 'ok' }

/**
 * Begins to play a script.
 *
 * @throws TypeError for a script that cannot be read, naming the entry.
 * @example
 * const play = createPlay(['ok', { fault: 'lost', on: 'append' }])
 * play.next({ method: 'PUT', kind: 'create' }) // { fault: 'ok' }
 */
export function createPlay(script: unknown): Play {
  const steps = readScript(script).map((step) => ({ ...step }))
  return {
    next({ method, kind }) {
      // A preflight is the browser's own: only who asks for it by name means it.
      const fits = ({ on }: { on: string | undefined }): boolean =>
        on === undefined ? method !== 'OPTIONS' : on === method || on === kind
      const step = steps.find((step) => step.times > 0 && fits(step))
      if (!step) return ok
      step.times -= 1
      return step.fault
    },
    get left() {
      return steps.reduce((sum, { times }) => sum + times, 0)
    },
  }
}
