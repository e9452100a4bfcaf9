/** An upload in a client that other people wrote. */
export interface Run {
  /** Everything that the client has called back when it is at its end. */
  outcome(): Promise<readonly string[]>
  /** Resolves when the client has done it. */
  order(order: Order): Promise<void>
  /** Ends the page or the process, whatever it does. */
  leave(): Promise<void>
}

/** What a person may do to an upload under way. */
export type Order = 'pause' | 'resume' | 'terminate'

/** What does so, where the client is. */
export type Orders = Readonly<Record<Order, () => Promise<void>>>

/** Takes what a client calls back: `success`, or `error: ` and why. */
export type Tell = (event: string) => void
