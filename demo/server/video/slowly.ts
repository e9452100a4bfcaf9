import { setTimeout } from 'node:timers/promises'

type Answer = (request: Request) => Promise<Response>

// Bytes per second. A host is far away; on one machine all would be over before anybody has seen it.
const usualPace = 12_000_000

/** The same answers, by a host that the bytes of a request take their time to come to. */
export function slowly(answer: Answer, bytesPerSecond: number = usualPace): Answer {
  return async (request) => {
    const { body, signal } = request
    if (!body) return answer(request)
    const began = performance.now()
    let gone = 0
    const slow = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      async transform(piece, controller) {
        gone += piece.length
        const early = began + (gone / bytesPerSecond) * 1000 - performance.now()
        if (early > 0) await setTimeout(early, undefined, { signal })
        controller.enqueue(piece)
      },
    })
    const init: RequestInit & { duplex: 'half' } = { body: body.pipeThrough(slow), duplex: 'half' }
    return answer(new Request(request, init))
  }
}
