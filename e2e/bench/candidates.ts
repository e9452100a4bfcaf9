/** The servers that candidates upload to; each runs in a process of its own. */
export type ServerKind = 'raw' | 'strict' | 'relaxed' | 'tus'

/** The clients, each in a file of its own in `page/`. */
export type ClientKind = 'raw' | 'chunkwise' | 'tus'

/** One way of bringing a file from a page onto a disk. */
export interface Candidate {
  readonly title: string
  readonly client: ClientKind
  readonly server: ServerKind
  /** Bytes; the client's own default where there is none. */
  readonly chunkSize?: number
}

/** All that are compared, by name, in the order of a round. */
export const candidates = {
  raw: { title: 'one raw XHR PUT, piped into a file', client: 'raw', server: 'raw' },
  strict: {
    title: 'Chunkwise, strict: every answered byte synced, MD5 verified',
    client: 'chunkwise',
    server: 'strict',
  },
  relaxed: { title: 'Chunkwise, relaxed: MD5 verified, not synced', client: 'chunkwise', server: 'relaxed' },
  'tus-8': {
    title: 'tus-js-client with 8 MiB chunks: neither verified nor synced',
    client: 'tus',
    server: 'tus',
    chunkSize: 8 * 1024 ** 2,
  },
  tus: { title: 'tus-js-client by default, one PATCH: neither verified nor synced', client: 'tus', server: 'tus' },
} as const satisfies Record<string, Candidate>

/** A name of {@link candidates}. */
export type CandidateName = keyof typeof candidates

// An object's own keys are what its type says, which Object.keys cannot know.
export const candidateNames = Object.keys(candidates) as readonly CandidateName[]
