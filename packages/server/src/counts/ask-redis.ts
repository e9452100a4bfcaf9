import { UploadProblem } from '../problem.ts'
import type { RedisClient } from '../redis-client.ts'

/** Asks one thing of Redis. */
export type AskRedis = (command: string, ...rest: (string | number)[]) => Promise<unknown>

/** In seconds: a Redis that is being restarted, or gives its place to another one. */
const retryAfter = 2

/**
 * What Redis answers with an error, or not in time, is the problem `unavailable`, and `onError` is told of it. A client may keep what
 * it could not send and send it late: whoever asks must bear that.
 */
export function createAsking(redis: RedisClient, timeoutMs: number, onError: (error: unknown) => void): AskRedis {
  return async (command, ...rest) => {
    try {
      return await inTime(redis.call(command, ...rest), timeoutMs)
    } catch (cause) {
      const problem = new UploadProblem('unavailable', 'Cannot count uploads at the moment', { retryAfter, cause })
      onError(problem)
      throw problem
    }
  }
}

async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let stop = (): void => {}
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`Redis has not answered within ${ms} ms`)), ms)
    stop = () => clearTimeout(timer)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    stop()
  }
}
