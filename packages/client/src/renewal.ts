import type { UploadError } from './errors.ts'

/** Called when the server wants credentials; resolves once they are renewed, rejects or gives `false` if they cannot be. */
export type OnUnauthorized = (error: UploadError) => Promise<boolean | void>

/** Credentials that all uploads share: renewed once for all that were refused meanwhile. */
export interface Renewal {
  /** Whether there is anything to renew. */
  readonly possible: boolean
  /** Counts renewals; a request remembers it to say which credentials it was refused with. */
  readonly generation: number
  /** Renews, unless it has been done since `generation`. Rejects with `error` if it cannot be done. */
  renew(generation: number, error: UploadError): Promise<void>
}

export function createRenewal(onUnauthorized: OnUnauthorized | undefined): Renewal {
  let generation = 0
  let running: Promise<boolean> | undefined
  const run = async (error: UploadError): Promise<boolean> => {
    try {
      const renewed = onUnauthorized !== undefined && (await onUnauthorized(error)) !== false
      if (renewed) generation++
      return renewed
    } catch {
      // The app could not renew them; the server's own refusal says more than the reason why.
      return false
    } finally {
      running = undefined
    }
  }
  return {
    possible: onUnauthorized !== undefined,
    get generation() {
      return generation
    },
    async renew(refused, error) {
      if (refused < generation) return
      running ??= run(error)
      if (!(await running)) throw error
    },
  }
}
