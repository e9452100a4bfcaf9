import type { Kind } from '@chunkwise/testing'
import type { Protocol, Reply, TransportRequest } from '../../src/types.ts'
import type { Way } from './way.ts'

/** What a server has of an upload, for the judge alone. */
export interface Truth {
  readonly bytes: Uint8Array
  readonly complete: boolean
}

/** What became of the bytes that a request carried. */
export interface Fate {
  /** How many reached the server. */
  readonly arrived: number
  /** How many it took. */
  readonly stored: number
}

/** A server, the way to it, and the protocol that it speaks. */
export interface FarEnd extends Way {
  readonly endpoint: string
  readonly protocol: Protocol
  /** Whether the last byte completes an upload, whatever it and those before it are. */
  readonly endsUnseen: boolean
  kindOf(request: TransportRequest): Kind
  truth(): Promise<readonly Truth[]>
  /** What a request that carries bytes carries, and where to. */
  chunkIn(request: TransportRequest): { readonly offset: number; readonly size: number } | undefined
  /** What a request calls its creation, if it is one that does. */
  keyIn(request: TransportRequest): string | undefined
  /** What tells the upload of a request from others. */
  nameIn(request: TransportRequest): string
  /** Where the server stands, if an answer tells. */
  offsetIn(reply: Reply): number | undefined
  /** `undefined` where nobody can tell. */
  fateOf(request: TransportRequest): Fate | undefined
  /** The server forgets everything that is unfinished. */
  expire(): Promise<void>
  /** The server loses the last bytes; does nothing where it cannot. */
  roll(bytes: number): void
}
