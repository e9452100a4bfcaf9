import { UploadProblem } from './problem.ts'
import type { RedisClient } from './redis-client.ts'
import { unless } from './unless.ts'

/** Asks one thing of Redis. */
export type AskRedis = (command: string, ...rest: (string | number)[]) => Promise<unknown>

/** In seconds: a Redis that is being restarted, or gives its place to another one. */
const retryAfter = 5

/**
 * What Redis answers with an error, or not in time, is the problem `unavailable`. A client may keep what it could not send and send it late,
 * or twice: whoever asks must bear that.
 *
 * @param timeoutMs how long an answer may take, in milliseconds
 */
export function asking(redis: RedisClient, timeoutMs = 5_000): AskRedis {
  return async (command, ...rest) => {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new Error(`Redis has not answered within ${timeoutMs} ms`)), timeoutMs)
    try {
      return await unless(redis.call(command, ...rest), late.signal)
    } catch (cause) {
      throw new UploadProblem('unavailable', 'The server cannot reach its records', { retryAfter, cause })
    } finally {
      clearTimeout(timer)
    }
  }
}
