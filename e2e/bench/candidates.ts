/** The servers that candidates upload to; each runs in a process of its own. */
export type ServerKind = 'raw' | 'strict' | 'relaxed' | 'tus' | 'sink' | OutsideKind

/** Servers that are no JavaScript of ours: their pages come from elsewhere, on another origin. */
export type OutsideKind = 'tusd' | 'django'

/** Whether a server is such a one. */
export const isOutside = (server: ServerKind): server is OutsideKind => server === 'tusd' || server === 'django'

/** The clients, each in a file of its own in `page/`. */
export type ClientKind = 'raw' | 'chunkwise' | 'tus' | 'uppy' | 'upchunk'

/** What ours can speak here. */
export type Dialect = 'drf' | 'tus' | 'ietf'

/** One way of bringing a file from a page onto a disk. */
export interface Candidate {
  readonly title: string
  readonly client: ClientKind
  readonly server: ServerKind
  /** Bytes; the client's own default where there is none. */
  readonly chunkSize?: number
  /** Of ours; drf where there is none. */
  readonly dialect?: Dialect
}

const MiB = 1024 ** 2

/** All that are compared, by name, in the order of a round. */
export const candidates = {
  raw: { title: 'one raw XHR PUT, piped into a file', client: 'raw', server: 'raw' },
  strict: {
    title: 'Chunkwise, strict: every answered byte synced, MD5 verified',
    client: 'chunkwise',
    server: 'strict',
  },
  relaxed: { title: 'Chunkwise, relaxed: MD5 verified, not synced', client: 'chunkwise', server: 'relaxed' },
  'strict-tus': { title: 'Chunkwise by tus, strict', client: 'chunkwise', server: 'strict', dialect: 'tus' },
  'relaxed-tus': { title: 'Chunkwise by tus, relaxed', client: 'chunkwise', server: 'relaxed', dialect: 'tus' },
  'strict-ietf': {
    title: 'Chunkwise by the IETF draft, strict',
    client: 'chunkwise',
    server: 'strict',
    dialect: 'ietf',
  },
  'relaxed-ietf': {
    title: 'Chunkwise by the IETF draft, relaxed',
    client: 'chunkwise',
    server: 'relaxed',
    dialect: 'ietf',
  },
  'tus-8': {
    title: 'tus-js-client with 8 MiB chunks: neither verified nor synced',
    client: 'tus',
    server: 'tus',
    chunkSize: 8 * MiB,
  },
  tus: { title: 'tus-js-client by default, one PATCH: neither verified nor synced', client: 'tus', server: 'tus' },
  uppy: { title: 'Uppy by default, one PATCH: neither verified nor synced', client: 'uppy', server: 'tus' },
  'tusd-8': { title: 'tus-js-client with 8 MiB chunks into tusd', client: 'tus', server: 'tusd', chunkSize: 8 * MiB },
  tusd: { title: 'tus-js-client by default into tusd', client: 'tus', server: 'tusd' },
  'tusd-uppy': { title: 'Uppy by default into tusd', client: 'uppy', server: 'tusd' },
  upchunk: { title: 'UpChunk by default (30 MiB chunks) into a plain sink', client: 'upchunk', server: 'sink' },
  django: {
    title: 'Chunkwise into drf-chunked-upload under gunicorn, MD5 verified',
    client: 'chunkwise',
    server: 'django',
  },
} as const satisfies Record<string, Candidate>

/** A name of {@link candidates}. */
export type CandidateName = keyof typeof candidates

// An object's own keys are what its type says, which Object.keys cannot know.
export const candidateNames = Object.keys(candidates) as readonly CandidateName[]

/** Those that are measured unless others are asked for: what the aims are about, and one of each kind beside it. */
export const usualCandidates: readonly CandidateName[] = [
  ...(['raw', 'strict', 'relaxed', 'tus-8', 'tus', 'uppy', 'upchunk', 'django'] as const),
]
