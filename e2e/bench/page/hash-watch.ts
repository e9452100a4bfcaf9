/** What the page's workers told of hashing. */
export interface HashWatch {
  /** Positions at which hashing began, in their order. */
  readonly opened: readonly number[]
  /** What computed, in the same order: `wasm` or `script`. */
  readonly engines: readonly string[]
}

/**
 * Listens to all workers that the page opens from now on. Where hashing begins is nobody's business but ours, and no public
 * name says it: this reads the messages of `packages/client/src/checksum/messages.ts`.
 */
export function watchHashing(): HashWatch {
  const opened: number[] = []
  const engines: string[] = []
  globalThis.Worker = class extends Worker {
    constructor(...parameters: ConstructorParameters<typeof Worker>) {
      super(...parameters)
      this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const event = field(data, 'type') === 'told' ? field(data, 'event') : undefined
        if (field(event, 'type') !== 'opened') return
        const [position, engine] = [field(event, 'position'), field(event, 'engine')]
        if (typeof position === 'number') opened.push(position)
        if (typeof engine === 'string') engines.push(engine)
      })
    }
  }
  return { opened, engines }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
