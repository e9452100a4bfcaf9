/** What the page's workers told of hashing. */
export interface HashWatch {
  /** Positions at which hashing began, in their order. */
  readonly opened: readonly number[]
}

/**
 * Listens to all workers that the page opens from now on. Where hashing begins is nobody's business but ours, and no public
 * name says it: this reads the messages of `packages/client/src/checksum/messages.ts`.
 */
export function watchHashing(): HashWatch {
  const opened: number[] = []
  globalThis.Worker = class extends Worker {
    constructor(...parameters: ConstructorParameters<typeof Worker>) {
      super(...parameters)
      this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const position = openedAt(data)
        if (position !== undefined) opened.push(position)
      })
    }
  }
  return { opened }
}

function openedAt(message: unknown): number | undefined {
  const event = field(message, 'type') === 'told' ? field(message, 'event') : undefined
  const position = field(event, 'type') === 'opened' ? field(event, 'position') : undefined
  return typeof position === 'number' ? position : undefined
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
