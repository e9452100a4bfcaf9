/** The caller's own facts about a file, and `filename` and `filetype`: text by name. */
export type Metadata = Readonly<Record<string, string>>

const key = /^[\x21-\x2b\x2d-\x7e]+$/
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** At most this many bytes of header and this many keys are read, so that nobody fills memory with them. */
const limit = { bytes: 8192, keys: 64 }

/**
 * Reads an `Upload-Metadata` header (tus 1.0, creation extension): `key base64value`, comma-separated. An own-keys-only
 * object without a prototype comes back, so that a key like `__proto__` is a key like any other.
 *
 * @param values `text` (default): a value that is not UTF-8 is an error; `any`: what is not comes as U+FFFD, since tus
 *   lets values be any bytes.
 * @throws SyntaxError if a key is empty, not printable ASCII or comes twice, if a value is not base64 (of UTF-8), or if
 *   the header has more than 8192 bytes or 64 keys.
 * @example
 * readMetadata('filename cmVwb3J0LmJpbg==,draft') // { filename: 'report.bin', draft: '' }
 */
export function readMetadata(header: string, values: 'text' | 'any' = 'text'): Metadata {
  const refuse = (why: string): never => {
    throw new SyntaxError(`Cannot read Upload-Metadata: ${why}`)
  }
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- Object.create is typed as any; nothing is in it yet
  const metadata: Record<string, string> = Object.create(null)
  if (header.length > limit.bytes) refuse(`expected at most ${limit.bytes} bytes, got ${header.length}`)
  if (header.trim() === '') return metadata
  const pairs = header.split(',')
  if (pairs.length > limit.keys) refuse(`expected at most ${limit.keys} keys, got ${pairs.length}`)
  for (const pair of pairs) {
    const [name = '', value = '', ...rest] = pair.trim().split(' ')
    if (!key.test(name) || rest.length > 0) refuse(`expected "key base64value", got ${JSON.stringify(pair)}`)
    if (name in metadata) refuse(`the key ${JSON.stringify(name)} comes twice`)
    if (!base64.test(value)) refuse(`the value of ${JSON.stringify(name)} is not base64`)
    metadata[name] = decode(value, values === 'text') ?? refuse(`the value of ${JSON.stringify(name)} is not UTF-8`)
  }
  return metadata
}

/**
 * Writes metadata as an `Upload-Metadata` header, in the order of its keys.
 *
 * @throws SyntaxError if a key is empty or holds anything but printable ASCII without comma and space.
 * @example
 * writeMetadata({ filename: 'report.bin' }) // 'filename cmVwb3J0LmJpbg=='
 */
export function writeMetadata(metadata: Metadata): string {
  return Object.entries(metadata)
    .map(([name, value]) => {
      if (!key.test(name)) throw new SyntaxError(`Cannot write Upload-Metadata: bad key ${JSON.stringify(name)}`)
      return value === '' ? name : `${name} ${encode(value)}`
    })
    .join(',')
}

function encode(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}

function decode(text: string, fatal: boolean): string | undefined {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  try {
    return new TextDecoder('utf-8', { fatal, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
