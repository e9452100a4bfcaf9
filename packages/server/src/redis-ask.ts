import { timeout } from './lock.ts'
import { UploadProblem } from './problem.ts'
import type { RedisClient } from './redis-client.ts'
import { unless } from './unless.ts'

/** Asks one thing of Redis. */
export type AskRedis = (command: string, ...rest: (string | number)[]) => Promise<unknown>

/** In seconds: a Redis that is being restarted, or gives its place to another one. */
const retryAfter = 2

const away = (cause?: unknown): UploadProblem =>
  new UploadProblem('unavailable', 'What the servers share cannot be reached at the moment', { retryAfter, cause })

/**
 * What Redis answers, or the problem `unavailable`: clients that have no connection may keep a command for ever, and send it late, or twice.
 * Whoever asks must bear that.
 *
 * @param answerMs how long it may take, in milliseconds
 */
export async function answered<T>(answer: Promise<T>, answerMs: number, signal?: AbortSignal): Promise<T> {
  const late = timeout(answerMs, () => away(new Error(`Redis has not answered within ${answerMs} ms`)))
  const failing = answer.catch((error: unknown) => {
    throw away(error)
  })
  try {
    return await unless(failing, signal ? AbortSignal.any([signal, late.signal]) : late.signal)
  } finally {
    late.clear()
  }
}

/**
 * Asks of a client as {@link answered} says.
 *
 * @param onError is told of what fails
 */
export function asking(redis: RedisClient, answerMs = 5_000, onError?: (error: unknown) => void): AskRedis {
  return async (command, ...rest) => {
    try {
      return await answered(redis.call(command, ...rest), answerMs)
    } catch (error) {
      onError?.(error)
      throw error
    }
  }
}
