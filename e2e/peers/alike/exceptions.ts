import { isDeepStrictEqual } from 'node:util'
import { type Answer, typeOf } from './answer.ts'
import type { Ask } from './ask.ts'
import { append, type Command, create, finish, look, type Mount } from './command.ts'
import type { Answers } from './likeness.ts'

/** A request and both answers. */
export interface Exchange extends Answers {
  readonly ask: Ask
}

/** Where our server answers otherwise on purpose. */
export interface Exception {
  readonly name: string
  readonly reason: string
  excuses(exchange: Exchange): boolean
  /** Requests with which it is seen. */
  readonly example: readonly Command[]
  /** Where they go; default `uploads`. */
  readonly mount?: Mount
}

const detailOf = ({ json }: Answer): unknown =>
  typeof json === 'object' && json !== null && 'detail' in json ? json.detail : undefined
const namesIn = ({ json }: Answer): readonly string[] => Object.keys(Object(json)).toSorted()
const refused = (answer: Answer, text: string): boolean => {
  const detail = detailOf(answer)
  return answer.status === 400 && typeof detail === 'string' && detail.startsWith(text)
}

/** The written exceptions. Each is seen to occur in every run: an example that shows none any more is an error. */
export const exceptions: readonly Exception[] = [
  {
    name: 'an upload begins at byte 0',
    reason: 'S11: there, bytes are missing that nobody can bring any more',
    excuses: ({ ask, theirs, ours }) =>
      theirs.status === 200 && ask.method === 'PUT' && !ask.upload && refused(ours, 'Offsets do not match'),
    example: [create({ start: 'late' })],
  },
  {
    name: 'the last byte is the total less one',
    reason: 'S09: there, END may equal TOTAL, and the upload has a byte more than its file',
    excuses: ({ theirs, ours }) => theirs.status === 200 && refused(ours, 'End of chunk exceeds reported total'),
    example: [create({ total: 'at the last byte' })],
  },
  {
    name: 'the total is that of the creation',
    reason: 'S09: there, each chunk may tell another one',
    excuses: ({ theirs, ours }) => theirs.status === 200 && refused(ours, 'Total differs from the one at the start'),
    example: [create(), append({ total: 'more' })],
  },
  {
    name: 'sizes are safe integers of at most 16 digits',
    reason: 'F44, S09: there, any number of digits will do',
    excuses: ({ ask, ours }) => {
      const numbers = /^ *bytes (\d+)-(\d+)\/(\d+) *$/.exec(ask.headers['Content-Range'] ?? '')?.slice(1) ?? []
      const odd = numbers.some((text) => text.length > 16 || !Number.isSafeInteger(Number(text)))
      return odd && refused(ours, 'Error in request headers')
    },
    example: [create({ total: 'beyond all safe integers' }), create({ range: 'with many zeros in front' })],
  },
  {
    name: 'what makes the real one crash is refused',
    reason: 'Section 12, quirk 10: JSON 400 where it raises',
    excuses: ({ theirs, ours }) => theirs.status === 500 && ours.status === 400 && ours.json !== undefined,
    example: [create({ file: 'as text' }), create(), finish({ body: 'JSON, a list' })],
  },
  {
    name: 'OPTIONS on the list is answered',
    reason: 'Section 12: there, the framework asks the view for an upload that is none',
    excuses: ({ ask, theirs, ours }) => ask.method === 'OPTIONS' && theirs.status === 500 && ours.status === 200,
    example: [look({ method: 'OPTIONS', to: 'list' })],
  },
  {
    name: 'the description is of the view, not of an upload',
    reason:
      'It offers JSON only and PUT always; the bounds of `offset`, which newer frameworks tell, are nothing to tell',
    excuses: ({ ask, theirs, ours }) =>
      ask.method === 'OPTIONS' &&
      theirs.status === ours.status &&
      isDeepStrictEqual(withoutDetails(theirs.json), withoutDetails(ours.json)),
    example: [create(), look({ method: 'OPTIONS' })],
  },
  {
    name: 'a browser gets JSON',
    reason: 'There is no browsable page here: whoever takes JSON at all gets JSON',
    excuses: ({ theirs, ours }) =>
      typeOf(theirs.headers) === 'text/html' &&
      typeOf(ours.headers) === 'application/json' &&
      theirs.status === ours.status,
    example: [create(), look({ accept: 'what a browser accepts' })],
  },
  {
    name: 'who wants HTML only gets nothing',
    reason: 'There is no browsable page here',
    excuses: ({ ask, theirs, ours }) =>
      ask.headers['Accept'] === 'text/html' && typeOf(theirs.headers) === 'text/html' && ours.status === 406,
    example: [create(), look({ accept: 'HTML only' })],
  },
  {
    name: 'where JSON breaks off is not told',
    reason: 'Only the place of a first word that is no JSON is: the texts of Python are its own',
    excuses: ({ theirs, ours }) =>
      refused(theirs, 'JSON parse error - ') && refused(ours, 'JSON parse error - Invalid JSON'),
    example: [create(), finish({ body: 'JSON, broken off' })],
  },
  {
    name: 'a password that cannot be read is a wrong one',
    reason: 'As in REST framework 3.14; newer ones have a text for it',
    excuses: ({ theirs, ours }) =>
      ours.status === 401 &&
      detailOf(theirs) === 'Invalid basic header. Credentials not correctly base64 encoded.' &&
      detailOf(ours) === 'Invalid username/password.',
    mount: 'mine',
    example: [create({ who: 'nonsense by password' })],
  },
  {
    name: 'a key makes one upload',
    reason:
      'F33: `upload_key` is our own field, by which a creation can be repeated, and is given back; there it is nothing',
    excuses: ({ theirs, ours }) =>
      (ours.status === 409 && detailOf(ours) === 'This upload_key was given to another file') ||
      (theirs.status === 200 && isDeepStrictEqual(namesIn(ours), [...namesIn(theirs), 'upload_key'].toSorted())),
    example: [create({ extra: 'always the same upload_key' }), create({ extra: 'always the same upload_key' })],
  },
  {
    name: 'a weight of 0 refuses',
    reason: 'RFC 9110, section 12.4.2; REST framework does not look at weights',
    excuses: ({ ask, ours }) => ask.headers['Accept'] === 'application/json;q=0' && ours.status === 406,
    example: [create({ accept: 'JSON by no means' })],
  },
  {
    name: 'fields have 8 KiB at most',
    reason: 'S25: Django takes 2.5 MiB of them into memory',
    excuses: ({ ask, ours }) =>
      (ask.body?.bytes.length ?? 0) > 8192 &&
      (refused(ours, 'Multipart form parse error - Too many or too large fields') ||
        refused(ours, 'A form without files may have 8192 bytes at most')),
    example: [create({ extra: 'a field of 10 000 bytes' }), create(), finish({ extra: 'a field of 10 000 bytes' })],
  },
  {
    name: 'a file without a name of its own is passed over',
    reason: 'Django forgets to, and takes its bytes for the head of the next part',
    excuses: ({ theirs, ours }) =>
      refused(theirs, 'Multipart form parse error - Request max total header size exceeded.') &&
      refused(ours, 'No chunk file was submitted'),
    example: [create({ file: 'named by dots', length: 70_000 })],
  },
  {
    name: 'a refused file is read on for 1 MiB at most',
    reason: 'F16: that much lets the client see the answer; what its size has against it stays untold',
    excuses: ({ ask, theirs, ours }) =>
      (ask.body?.bytes.length ?? 0) > 1024 ** 2 &&
      ours.status >= 400 &&
      ["File size doesn't match headers", 'Size of file exceeds the limit', 'No chunk file was submitted'].some(
        (text) => refused(theirs, text),
      ),
    example: [create({ length: 1_100_000, range: 'far backwards' })],
  },
  {
    name: 'what a form does not end is none of its fields',
    reason: 'A body that just stops was cut off; Django takes the beginning of a field for all of it',
    excuses: ({ ask, ours }) =>
      ask.body?.text.startsWith('multipart without its end') === true &&
      (refused(ours, 'No chunk file was submitted') || refused(ours, "Checksum of type 'md5' is required")),
    example: [create(), finish({ body: 'multipart, never closed' })],
  },
  {
    name: 'a body of no type is called text/plain',
    reason: 'So says the server that Django has for development; gunicorn, which runs here, leaves it empty',
    excuses: ({ theirs, ours }) =>
      theirs.status === 415 &&
      ours.status === 415 &&
      detailOf(ours) === 'Unsupported media type "text/plain" in request.',
    example: [create({ body: 'of no type' })],
  },
]

const details = ['renders', 'PUT', 'min_value', 'max_value']
const withoutDetails = (json: unknown): unknown =>
  JSON.parse(JSON.stringify(json ?? null), (key, value: unknown) => (details.includes(key) ? undefined : value))
