import { UploadError } from './errors.ts'
import type { Clock, Transport } from './types.ts'

// How long nothing may move, in milliseconds. There is no limit on total time: a slow link is not a broken one.
/** Between two signs that the body goes out. */
const stallMs = 30_000
/** Between the last byte and the answer, unless the request says otherwise. */
const usualAnswerMs = 60_000

/** The first sign of progress brings the limit forward: who sleeps must look up now and then. */
const lookMs = 5_000

/** A proxy may take a whole body at once and pass it on this slowly: bytes per millisecond. */
const slowest = 64

/**
 * A transport that gives up on a request when nothing moves any more (F05), with the error `timeout`. Where no progress is
 * reported (F80), one limit stands for the body and the answer.
 */
export function watched(transport: Transport, clock: Clock): Transport {
  return async (request, { signal, onSent }) => {
    signal.throwIfAborted()
    const over = new AbortController()
    const { carries = 0 } = request
    const answerMs = Math.ceil((request.answerMs ?? usualAnswerMs) + carries / slowest)
    let limit = answerMs + (carries > 0 ? stallMs : 0)
    let movedAt = clock.now()
    const onMoved = (bytes: number): void => {
      movedAt = clock.now()
      // That it begins does not say that more will be told: behind a service worker nothing else is (F80).
      if (bytes) limit = bytes < carries ? stallMs : answerMs
      onSent(bytes)
    }
    const patrol = async (): Promise<never> => {
      let left: number
      // A part of a millisecond never passes on a clock of whole ones. After a clock was set back nobody knows how long it has
      // been: that counts as too long (F78).
      while ((left = limit + movedAt - clock.now()) >= 1 && left < limit + stallMs)
        await clock.sleep(Math.min(left, lookMs), over.signal)
      const seconds = Math.round((limit - left) / 1000)
      const { host } = new URL(request.url)
      throw new UploadError('timeout', `Cannot reach ${host}: nothing moved for ${seconds} s`)
    }
    const either = AbortSignal.any([signal, over.signal])
    try {
      return await Promise.race([transport(request, { signal: either, onSent: onMoved }), patrol()])
    } finally {
      over.abort()
    }
  }
}
