/** A request that carries the body of another one. */
export interface CarryingRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReadableStream<Uint8Array>
  readonly signal: AbortSignal
}

/**
 * Sends a body on, and follows no redirect. The answer has its status and headers, and no body: nobody asks for that.
 *
 * @throws What the signal was aborted with, what the body failed with, or why the other end cannot be reached.
 */
export type SendOn = (url: string, request: CarryingRequest) => Promise<Response>

const ways = new WeakMap<ReadableStream<Uint8Array>, SendOn>()

/** Says how this body is best sent on: where it has come in, more is known of its pieces than `fetch` can make use of. */
export function markWay(body: ReadableStream<Uint8Array>, way: SendOn): void {
  ways.set(body, way)
}

/** How a body is best sent on; `undefined` for one that only `fetch` can send. */
export const wayOf = (body: ReadableStream<Uint8Array>): SendOn | undefined => ways.get(body)
