import type { Sessions, Viewer } from './session.ts'

/** What a request comes with that its head does not say. */
export interface Connection {
  /** Address of the peer, for limits. */
  readonly address?: string
  /**
   * Sends an informational answer (1xx) ahead of the final one, where the platform can: Node from 26.3 on
   * (`ServerResponse.writeInformation`).
   */
  readonly inform?: (status: number, headers: Readonly<Record<string, string>>) => void
  /** Bytes of the body that have come so far, where the platform tells. */
  readonly received?: () => number
}

/**
 * What of a second argument is a connection: hosts that call a function like `fetch` give it things of their own, as Bun its
 * server and Deno an `info`.
 */
export function readConnection(given: unknown): Connection {
  if (typeof given !== 'object' || given === null) return {}
  const { address, inform, received }: { address?: unknown; inform?: unknown; received?: unknown } = given
  return {
    ...(typeof address === 'string' ? { address } : {}),
    ...(typeof inform === 'function' ? { inform: (...told) => void Reflect.apply(inform, given, told) } : {}),
    ...(typeof received === 'function' ? { received: () => Number(Reflect.apply(received, given, [])) } : {}),
  }
}

/** What a dialect works with. */
export interface DialectTools {
  readonly sessions: Sessions
  /** Who asks, after the rules of the host: throws `unauthorized`, `forbidden` or `too-many-requests`. */
  readonly admit: (request: Request, connection: Connection) => Promise<Viewer>
}

/** One wire dialect over the sessions: says how they look as HTTP, and nothing else. */
export interface Dialect {
  readonly name: string
  /** Headers of its requests, which pages of other origins must be allowed to send. */
  readonly headers: readonly string[]
  /**
   * Whether a request is in this dialect, judged by its head. Dialects are asked in the order tus, ietf, drf: each claims
   * what is surely its own, and the last one takes the rest. Never throws.
   */
  speaks(request: Request): boolean
  /** What it says of itself to `OPTIONS`, whoever answers that. */
  announce(request: Request): Promise<Readonly<Record<string, string | undefined>>>
  /** Answers; problems too. Rejects only with what nobody foresaw. */
  answer(request: Request, connection: Connection, tools: DialectTools): Promise<Response>
}
