import { type Body, bodies, type Part } from './body.ts'
import type { Command, Mount } from './command.ts'
import { checksums, extras, files, names } from './words/form.ts'
import { accepts, credentials, paths } from './words/manner.ts'
import { ranges, starts, totals } from './words/range.ts'

/** The two servers. */
export const sides = ['theirs', 'ours'] as const
/** One of {@link sides}. */
export type Side = (typeof sides)[number]

/** Who may own an upload; nobody does where nobody is asked. */
export type Owner = 'alice' | 'bob' | 'nobody'

/** An upload that both servers have. */
export interface Upload {
  /** What its id becomes in answers, so that they can be compared. */
  readonly label: string
  readonly ids: Readonly<Record<Side, string>>
  readonly mount: Mount
  readonly owner: Owner
  /** Of the file, as its creation said. */
  readonly size: number
  /** What the servers have been told to store. */
  content: Uint8Array<ArrayBuffer>
  /** Where its last chunk began. */
  last: number
}

/** A request, as it goes to both servers but for the ids of their own. */
export interface Ask {
  readonly method: Command['method']
  readonly mount: Mount
  readonly upload: Upload | undefined
  /** Path and query on a server. */
  path(side: Side): string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body | undefined
  /** What an upload is or becomes, if the request is granted. */
  readonly brings: Brings
}

/** What a request is about. */
export interface Brings {
  readonly owner: Owner
  readonly size: number
  readonly start: number
  /** Bytes of the file part that counts. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What a command means while there are these uploads. `number` is its own, of all requests in the sequence. */
export function askOf(command: Command, uploads: readonly Upload[], at: Mount, number: number): Ask {
  const { method, to, who } = command
  const upload = to === 'list' ? undefined : uploads[to % Math.max(1, uploads.length)]
  const mount = command.mount ?? upload?.mount ?? at
  const path = paths[to !== 'list' && !upload ? 'of another id' : command.path]
  const credential = credentials[who === 'owner' ? (upload?.owner ?? 'alice') : who]
  // Open mounts take passwords too, and tell wrong ones so; ours ask nobody.
  const known = mount === 'mine' || !credential?.startsWith('Basic') ? credential : undefined

  const chunk = chunkOf(command, upload, number)
  const parts = files[command.file](chunk.bytes)
  const bytes = parts.flatMap((part) => ('bytes' in part && part.name === 'file' ? [part.bytes] : [])).at(-1)
  const form = [
    ...fieldsOf(command, to === 'list' ? (bytes ?? new Uint8Array()) : (upload?.content ?? new Uint8Array()), number),
    ...parts,
  ]
  const body = method === 'PUT' || method === 'POST' || method === 'PATCH' ? bodies[command.body](form) : undefined
  const headers = {
    Accept: accepts[command.accept],
    Authorization: known,
    'Content-Range': body && chunk.range,
    'Content-Type': body?.type,
  }
  return {
    ...{ method, mount, upload, body },
    path: (side) => path(`/api/${mount}/`, upload?.ids[side]),
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    brings: { ...chunk, owner: ownerOf(known, mount), bytes: bytes ?? chunk.bytes },
  }
}

/** The chunk that a command sends, or the whole file. */
function chunkOf(command: Command, upload: Upload | undefined, number: number) {
  const whole = command.method === 'POST' && command.to === 'list'
  const start = whole ? 0 : starts[command.start](upload ?? { content: new Uint8Array(), last: 0 })
  const length = upload ? Math.min(command.length, Math.max(0, upload.size - start)) : command.length
  const size = upload?.size ?? start + length + (whole ? 0 : command.rest)
  const total = totals[command.total](start + length, size)
  const range = ranges[command.range](start, start + length - 1, total)
  return {
    start,
    range,
    size: whole ? size : Number(total),
    bytes: pattern(upload?.label ?? String(number), start, length),
  }
}

/** The fields of a form; `content` is what its checksum is to prove. */
function fieldsOf(command: Command, content: Uint8Array, number: number): Part[] {
  const named: [string, string | undefined][] = [
    ['filename', names[command.name](`film ${number}.bin`)],
    ['md5', checksums[command.checksum](content)],
  ]
  const given = named.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
  return [...given, ...extras[command.extra].map(([name, value]) => ({ name, value }))]
}

const ownerOf = (credential: string | undefined, mount: Mount): Owner =>
  mount !== 'mine' ? 'nobody' : credential === credentials.bob ? 'bob' : 'alice'

/** Bytes of a file that is told from others by its first byte, and whose places are told from each other. */
function pattern(seed: string, start: number, length: number): Uint8Array<ArrayBuffer> {
  const salt = Number(/\d+/.exec(seed)?.[0] ?? 0)
  const tile = Uint8Array.from({ length: 251 }, (_, index) => ((start + index) * 7 + salt) % 251)
  return new Uint8Array(Buffer.alloc(length, tile))
}
