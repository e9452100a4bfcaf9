import { missingAmong } from '../../peers/needs.ts'
import type { ServerKind } from '../candidates.ts'
import type { LoadDialect } from './send.ts'

/** One server, and how it is spoken to. */
export interface LoadCandidate {
  readonly title: string
  readonly server: ServerKind
  readonly dialect: LoadDialect
  /** The program that it cannot be without, if that is not Node. */
  readonly needs?: string
}

/** All that are compared, by name, in the order of a round. */
export const loadCandidates = {
  'drf-strict': { title: 'Chunkwise by drf, strict', dialect: 'drf', server: 'strict' },
  'drf-relaxed': { title: 'Chunkwise by drf, relaxed', dialect: 'drf', server: 'relaxed' },
  'tus-strict': { title: 'Chunkwise by tus, strict', dialect: 'tus', server: 'strict' },
  'tus-relaxed': { title: 'Chunkwise by tus, relaxed', dialect: 'tus', server: 'relaxed' },
  'tus-node': { title: '@tus/server', dialect: 'tus', server: 'tus' },
  node: { title: 'a bare Node server', dialect: 'put', server: 'sink' },
  tusd: { title: 'tusd', dialect: 'tus', server: 'tusd', needs: 'go' },
  django: { title: 'drf-chunked-upload', dialect: 'drf', server: 'django', needs: 'python3' },
} as const satisfies Record<string, LoadCandidate>

/** A name of {@link loadCandidates}. */
export type LoadCandidateName = keyof typeof loadCandidates

// An object's own keys are what its type says, which Object.keys cannot know.
export const loadCandidateNames = Object.keys(loadCandidates) as readonly LoadCandidateName[]

/** Why a server cannot be started on this machine; `undefined` if it can. */
export function whyMissing({ needs }: LoadCandidate): string | undefined {
  return needs !== undefined && missingAmong('python3', 'go').includes(needs)
    ? `it needs ${needs}, which is not here`
    : undefined
}
