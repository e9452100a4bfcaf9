/** A request with bytes of a file in it. Times are those of `performance.now`. */
export interface SentChunk {
  readonly bytes: number
  readonly began: number
  /** When it was answered, or broken off. */
  readonly ended: number
}

/** Writes down every chunk that is sent from now on, by whatever client: they all send them by XMLHttpRequest. */
export function watchChunks(): SentChunk[] {
  const chunks: SentChunk[] = []
  globalThis.XMLHttpRequest = class extends XMLHttpRequest {
    #bytes = 0
    #began = 0

    constructor() {
      super()
      // Before the client listens, which may call the upload finished at once.
      for (const end of ['load', 'error', 'abort', 'timeout']) this.addEventListener(end, () => this.#note())
    }

    override send(body?: Document | XMLHttpRequestBodyInit | null): void {
      this.#bytes = bytesIn(body)
      this.#began = performance.now()
      super.send(body)
    }

    #note(): void {
      if (this.#bytes > 0) chunks.push({ bytes: this.#bytes, began: this.#began, ended: performance.now() })
    }
  }
  return chunks
}

function bytesIn(body: unknown): number {
  if (body instanceof Blob) return body.size
  return body instanceof FormData ? [...body.values()].reduce((sum, value) => sum + bytesIn(value), 0) : 0
}
