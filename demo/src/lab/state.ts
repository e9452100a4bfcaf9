import type { Entry, Fault, Kind } from '@chunkwise/testing'

/** What the laboratory's server tells its page, each time something has changed. */
export interface LabState {
  /** Oldest first; at most {@link mostRequests}. */
  readonly requests: readonly LabRequest[]
  /** What is switched on, by the name of its switch. */
  readonly switches: Readonly<Record<string, Switched>>
  readonly server: {
    /** Of the upload server's process; `undefined` while there is none. */
    readonly process: number | undefined
    /** How often it was killed. */
    readonly kills: number
  }
  /** The server's time, in milliseconds since the epoch. */
  readonly now: number
}

/** A fault that waits for the requests it is meant for. */
export interface Switched {
  readonly entry: Entry
  /** How many requests it is still to meet. */
  readonly left: number
}

/** One request on its way through the laboratory. */
export interface LabRequest {
  /** From 1, in the order in which they came. */
  readonly number: number
  readonly method: string
  readonly kind: Kind
  /** The bytes of the file that it carries; `end` is behind the last one. */
  readonly range: { readonly start: number; readonly end: number } | undefined
  /** Milliseconds since the epoch. */
  readonly began: number
  readonly ended: number | undefined
  readonly fault: Fault
  /** Of the answer that was given. */
  readonly status: number | undefined
  /**
   * How it ended; `undefined` while it is under way. `broken`: its connection was, or the server died. `left`: the page did not
   * wait for the answer, as after a pause. `down`: there was no server, so no fault was used up.
   */
  readonly outcome: 'answered' | 'broken' | 'left' | 'down' | undefined
}

/** More are not remembered. */
export const mostRequests = 400

/** As often as requests may come: until somebody switches it off. */
export const untilOff: number = Number.MAX_SAFE_INTEGER

/** Where the laboratory's uploads are created. */
export const labEndpoint = '/lab/api/uploads/'
