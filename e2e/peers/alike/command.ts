import type { BodyForm } from './body.ts'
import type { checksums, extras, files, names } from './words/form.ts'
import type { accepts, credentials, paths } from './words/manner.ts'
import type { ranges, starts, totals } from './words/range.ts'

/** Where both servers have the app: open to all, by token or password, open with a limit of 1 MiB. */
export const mounts = ['uploads', 'mine', 'limited'] as const
/** One of {@link mounts}. */
export type Mount = (typeof mounts)[number]

/** Mounts without an owner show each other's uploads; those with an owner have a table of their own. */
export const tables = { uploads: 'open', limited: 'open', mine: 'own' } as const satisfies Record<Mount, string>

/** Who asks: `owner` is whoever made the upload, and alice where there is none. */
export type Who = 'owner' | keyof typeof credentials

/**
 * A request to come, as plain data: what it means depends on the uploads that there are when it is sent. Its places are
 * filled by words, mostly by the right ones.
 */
export interface Command extends Form {
  readonly method: 'PUT' | 'POST' | 'GET' | 'HEAD' | 'OPTIONS' | 'DELETE' | 'PATCH'
  /** The list, or an upload by its number; numbers go round. */
  readonly to: 'list' | number
  /** Instead of the mount of the upload. */
  readonly mount?: Mount | undefined
  readonly path: keyof typeof paths
  readonly who: Who
  readonly accept: keyof typeof accepts
}

/** What the body holds, if the method has one. */
export interface Form {
  readonly body: BodyForm
  /** Bytes of the file, or of the chunk as far as so many are left. */
  readonly length: number
  /** Bytes that are to come after a first chunk. */
  readonly rest: number
  readonly start: keyof typeof starts
  readonly total: keyof typeof totals
  readonly range: keyof typeof ranges
  readonly file: keyof typeof files
  readonly name: keyof typeof names
  readonly checksum: keyof typeof checksums
  readonly extra: keyof typeof extras
}

/** Requests one after the other. */
export interface Sequence {
  readonly mount: Mount
  readonly commands: readonly Command[]
}

const right: Command = {
  ...{ method: 'GET', to: 0, path: 'right', who: 'owner', accept: 'JSON' },
  ...{ body: 'multipart', length: 10, rest: 15, start: 'right', total: 'right', range: 'right', file: 'right' },
  ...{ name: 'plain', checksum: 'none', extra: 'none' },
}

const like =
  (usual: Partial<Command>) =>
  (change: Partial<Command> = {}): Command => ({ ...right, ...usual, ...change })

/** The first chunk of an upload, right but for what is told. */
export const create = like({ method: 'PUT', to: 'list' })
/** A further chunk. */
export const append = like({ method: 'PUT' })
/** A whole file in one request. */
export const whole = like({ method: 'POST', to: 'list', checksum: 'right' })
/** A finish. */
export const finish = like({ method: 'POST', body: 'urlencoded', file: 'none', name: 'none', checksum: 'right' })
/** A question. */
export const look = like({ method: 'GET' })
