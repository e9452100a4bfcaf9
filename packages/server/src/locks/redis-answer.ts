import { timeout } from '../lock.ts'
import { UploadProblem } from '../problem.ts'
import { unless } from '../unless.ts'

const away = (cause?: unknown): UploadProblem =>
  new UploadProblem('unavailable', 'The locks cannot be reached at the moment', { retryAfter: 5, cause })

/** What Redis answers, or the problem `unavailable`: clients that have no connection may keep a command for ever. */
export async function answered<T>(answer: Promise<T>, answerMs: number, signal?: AbortSignal): Promise<T> {
  const late = timeout(answerMs, away)
  const failing = answer.catch((error: unknown) => {
    throw away(error)
  })
  try {
    return await unless(failing, signal ? AbortSignal.any([signal, late.signal]) : late.signal)
  } finally {
    late.clear()
  }
}
