import type { HeadersOption, Protocol } from '@chunkwise/client'
import { isProtocolName, protocolNames, type ProtocolName } from './protocols.ts'

/** The element's settings: each an attribute in `kebab-case`, and a property. Sizes are bytes. */
export interface Settings {
  /** Where uploads are created; relative to the page. */
  endpoint: string | undefined
  /** The dialect of the server: by name, or as an object of the client. Default `drf`. */
  protocol: ProtocolName | Protocol | undefined
  /** Sent with every request to the endpoint's origin: JSON as an attribute, an object or a function as a property. */
  headers: HeadersOption | undefined
  /** As in `fetch`. Default `same-origin`. */
  credentials: RequestCredentials | undefined
  /** Who is signed in, in the app's own words: uploads of others are neither shown nor resumed. */
  owner: string | undefined
  /** What the server compares at the end. Default `md5`; `false` for a server that does not check. */
  checksum: 'md5' | 'sha256' | false | undefined
  /** A fixed size of chunks. Default `auto`: found by measuring. */
  chunkSize: number | 'auto' | undefined
  /** Uploads at work at the same time. Default 3. */
  concurrency: number | undefined
  /** Whether uploads begin by themselves. Default `true`. */
  autoStart: boolean | undefined
  /** Files that are taken, as in `<input accept>`. */
  accept: string | undefined
  minSize: number | undefined
  maxSize: number | undefined
  /** Uploads that may be unfinished at the same time. */
  maxFiles: number | undefined
  /** Whether it takes more than one file. */
  multiple: boolean
  /** Under which a form submits what was uploaded. */
  name: string | undefined
  /** Whether its form needs an upload. */
  required: boolean
  disabled: boolean
}

/** What an attribute may be. */
interface Kind {
  readonly expected: string
  /** The value that a text stands for; `undefined` if it stands for none. */
  read(text: string): unknown
  /** Whether a property may be this, which has no text: it is held beside the attribute. */
  holds?(value: unknown): boolean
}

/** Whether it has values by name. */
export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isTexts = (value: unknown): boolean =>
  isMap(value) && Object.values(value).every((text) => typeof text === 'string')

const text: Kind = { expected: 'a text', read: (text) => text }
// There or not; what it says is nobody's concern.
const flag: Kind = { ...text }
const count: Kind = {
  expected: 'a whole number from 1',
  read: (text) => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined),
}
const size: Kind = { expected: 'a number of bytes, such as 5000000, 5MB or 5MiB', read: readSize }

const choice = (...values: readonly (string | boolean)[]): Kind => ({
  expected: values.map((value) => `"${value}"`).join(' or '),
  read: (text) => values.find((value) => String(value) === text),
})

const protocol: Kind = {
  expected: `${protocolNames.map((name) => `"${name}"`).join(', ')}; as a property also an object of the client`,
  read: (text) => (isProtocolName(text) ? text : undefined),
  holds: (value) => isMap(value) && typeof value['append'] === 'function',
}

const headers: Kind = {
  expected: 'texts as JSON, such as {"X-Token":"abc"}; as a property also an object or a function',
  read(text) {
    const value = readJson(text)
    return isTexts(value) ? value : undefined
  },
  holds: (value) => typeof value === 'function' || isTexts(value),
}

const kinds: Readonly<Record<keyof Settings, Kind>> = {
  endpoint: text,
  protocol,
  headers,
  credentials: choice('omit', 'same-origin', 'include'),
  owner: text,
  checksum: choice('md5', 'sha256', false),
  chunkSize: { expected: `"auto", or ${size.expected}`, read: (text) => (text === 'auto' ? text : readSize(text)) },
  concurrency: count,
  autoStart: choice(true, false),
  accept: text,
  minSize: size,
  maxSize: size,
  maxFiles: count,
  multiple: flag,
  name: text,
  required: flag,
  disabled: flag,
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const isSetting = (name: string): name is keyof Settings => Object.hasOwn(kinds, name)

/** Names of properties, with the attributes that mirror them. */
export const settings: readonly (readonly [name: keyof Settings, attribute: string])[] = Object.keys(kinds)
  .filter(isSetting)
  .map((name) => [name, kebab(name)])

/** Whether a setting is there or not, and has no value besides. */
export const isFlag = (name: keyof Settings): boolean => kinds[name] === flag

/**
 * The value of an attribute.
 *
 * @throws TypeError that names the attribute, its value and what was expected.
 */
export function readAttribute(name: keyof Settings, text: string): unknown {
  const value = kinds[name].read(text.trim())
  if (value !== undefined) return value
  throw new TypeError(`Cannot read ${kebab(name)}="${text}": expected ${kinds[name].expected}`)
}

/**
 * The text that mirrors the value of a property; `undefined` if the value has none and is to be held.
 *
 * @throws TypeError that names the property, what was expected and what came.
 */
export function mirrorOf(name: keyof Settings, value: unknown): string | undefined {
  const kind = kinds[name]
  if (kind.holds?.(value)) return undefined
  const mirror = isPlain(value) ? String(value) : undefined
  if (mirror !== undefined && kind.read(mirror) !== undefined) return mirror
  throw wrongValue(name, kind.expected, value)
}

// What a text can stand for.
const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** The error for a property that cannot be set so. */
export const wrongValue = (name: string, expected: string, value: unknown): TypeError =>
  new TypeError(`Cannot set ${name}: expected ${expected}, got ${JSON.stringify(value) ?? typeof value}`)

const scales: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 }

function readSize(text: string): number | undefined {
  const [all, figure, scale = '', binary] = /^(\d+(?:\.\d+)?) ?([kmgt]?)(i?)b?$/i.exec(text) ?? []
  if (all === undefined) return undefined
  const bytes = Number(figure) * (binary ? 1024 : 1000) ** (scales[scale.toLowerCase()] ?? 0)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
