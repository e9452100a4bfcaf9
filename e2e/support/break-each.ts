/** When a call fails: before it does anything, or after, so that only its answer is lost. */
export const moments = ['before', 'after'] as const
export type Moment = (typeof moments)[number]

/** Passes calls on, of which one fails. */
export type Through = <Value>(call: () => Promise<Value>) => Promise<Value>

const mostCalls = 500

/**
 * Plays something again and again: the first time its first call fails, then its second, and so on, until all that it makes have failed once.
 *
 * @param error what a call fails with
 * @param play gets what its calls have to go through, and calls `mend` before it looks what came of it
 * @returns how many calls there are
 * @throws Error what a play has thrown, with the number of the call that failed.
 */
export async function breakEach(
  moment: Moment,
  error: () => Error,
  play: (through: Through, mend: () => void) => Promise<void>,
): Promise<number> {
  for (let nth = 1; nth <= mostCalls; nth += 1) {
    let calls = 0
    let mended = false
    const through: Through = async (call) => {
      if (mended || ++calls !== nth) return call()
      if (moment === 'after') await call()
      throw error()
    }
    await play(through, () => (mended = true)).catch((cause: unknown) => {
      throw new Error(`Call ${nth}: ${String(cause)}`, { cause })
    })
    if (calls < nth) return calls
  }
  throw new Error(`There are more than ${mostCalls} calls`)
}
