/** A part of a form: a field, or a file, which has bytes. `filename` is that of the part; without it the part has none. */
export type Part =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer>; readonly filename?: string }

/** A body as it is sent. */
export interface Body {
  /** For `Content-Type`; absent: there is none. */
  readonly type?: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** What it is, for people. */
  readonly text: string
}

const boundary = 'alike'
const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

/** Ways to send the parts of a form, right ones and wrong ones. */
export const bodies = {
  multipart: (parts) => multipart(parts),
  'multipart, file first': (parts) => multipart(parts.toSorted((a, b) => Number('value' in a) - Number('value' in b))),
  'multipart, never closed': (parts) => multipart(parts, '', 'multipart without its end'),
  'multipart, no boundary told': (parts) => ({ ...multipart(parts), type: 'multipart/form-data' }),
  urlencoded: (parts) => urlencoded(parts),
  JSON: (parts) => json(Object.fromEntries(fieldsOf(parts))),
  'JSON, numbers': (parts) => json(Object.fromEntries(fieldsOf(parts).map(([name]) => [name, 7]))),
  'JSON, nulls': (parts) => json(Object.fromEntries(fieldsOf(parts).map(([name]) => [name, null]))),
  'JSON, a list': (parts) => json(fieldsOf(parts)),
  'JSON, none': () => ({ type: 'application/json', ...plain('md5') }),
  'JSON, broken off': () => ({ type: 'application/json', ...plain('{"md5": ') }),
  raw: (parts) => ({ ...multipart(parts), type: 'application/octet-stream' }),
  'of no type': () => plain('md5=0'),
  none: () => undefined,
} satisfies Record<string, (parts: readonly Part[]) => Body | undefined>

/** The name of one of {@link bodies}. */
export type BodyForm = keyof typeof bodies

const plain = (text: string): Body => ({ bytes: encode(text), text: brief(text) })

const fieldsOf = (parts: readonly Part[]): [string, string][] =>
  parts.flatMap((part) => ('value' in part ? [[part.name, part.value]] : []))

const json = (value: unknown): Body => ({ ...plain(JSON.stringify(value)), type: 'application/json' })

function urlencoded(parts: readonly Part[]): Body {
  const text = new URLSearchParams(fieldsOf(parts)).toString()
  return { ...plain(text), type: 'application/x-www-form-urlencoded' }
}

function multipart(parts: readonly Part[], end = `--${boundary}--\r\n`, what = 'multipart'): Body {
  const pieces = parts.flatMap((part) => [encode(headOf(part)), contentOf(part), encode('\r\n')])
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: new Uint8Array(Buffer.concat([...pieces, encode(end)])),
    text: `${what}: ${parts.length === 0 ? 'no parts' : parts.map(show).join(', ')}`,
  }
}

function headOf(part: Part): string {
  const named = `--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"`
  if ('value' in part) return `${named}\r\n\r\n`
  const filename = part.filename === undefined ? '' : `; filename="${part.filename}"`
  return `${named}${filename}\r\nContent-Type: application/octet-stream\r\n\r\n`
}

const contentOf = (part: Part): Uint8Array => ('value' in part ? encode(part.value) : part.bytes)

function show(part: Part): string {
  if ('value' in part) return `${part.name}=${brief(JSON.stringify(part.value))}`
  const name = part.filename === undefined ? 'without a name' : JSON.stringify(part.filename)
  return `${part.name} ${name} of ${part.bytes.length} bytes`
}

const brief = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 60)}… (${text.length} characters)`)
