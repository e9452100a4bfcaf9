import type { Sessions, Viewer } from './session.ts'

/** What a request comes with that its head does not say. */
export interface Connection {
  /** Address of the peer, for limits. */
  readonly address?: string
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
  /** Whether a request is in this dialect, judged by its head. */
  speaks(request: Request): boolean
  /** Answers; problems too. Rejects only with what nobody foresaw. */
  answer(request: Request, connection: Connection, tools: DialectTools): Promise<Response>
}
