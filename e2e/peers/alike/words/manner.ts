/** The header `Accept`. */
export const accepts = {
  JSON: 'application/json',
  anything: '*/*',
  'any application': 'application/*;q=0.5',
  'JSON with a parameter': 'application/json; indent=4',
  XML: 'application/xml',
  pictures: 'image/avif,image/*',
  nonsense: 'json',
  'what a browser accepts': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'HTML only': 'text/html',
  'JSON by no means': 'application/json;q=0',
} as const

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

/** The header `Authorization` of who asks; {@link credentialsOf} knows those of `owner`. */
export const credentials = {
  alice: `Token ${'a'.repeat(40)}`,
  bob: `Token ${'b'.repeat(40)}`,
  nobody: undefined,
  'alice, by password': basic('alice:alicealice'),
  'alice, by a wrong password': basic('alice:alicebob'),
  'alice, without a password': basic('alice'),
  'nonsense by password': 'Basic ?',
  'no password': 'Basic',
  'password with spaces': 'Basic YWxp Y2U=',
  'a wrong token': `Token ${'c'.repeat(40)}`,
  'no token': 'Token',
  'a token with spaces': 'Token a b',
  'alice, scheme in lower case': `token ${'a'.repeat(40)}`,
  'alice, by another scheme': `Bearer ${'a'.repeat(40)}`,
} as const

const unknown = '00000000-0000-4000-8000-000000000000'

const right = (base: string, id: string | undefined): string => (id === undefined ? base : `${base}${id}/`)
const bare = (base: string, id: string | undefined): string => right(base, id).slice(0, -1)

/** Path of an upload, or of the list where there is no id. */
export const paths = {
  right,
  'of another id': (base) => right(base, unknown),
  'without its slash': bare,
  'with a query': (base, id) => `${right(base, id)}?md5=1&upload_id=${unknown}`,
  'without its slash, with a query': (base, id) => `${bare(base, id)}?a=b`,
  'in upper case': (base, id = unknown) => right(base, id.toUpperCase()),
  'without dashes': (base, id = unknown) => right(base, id.replaceAll('-', '')),
  'with an escaped dash': (base, id = unknown) => right(base, id.replace('-', '%2D')),
  'of a number': (base) => right(base, '7'),
  'one deeper': (base, id) => `${right(base, id)}finish/`,
  'with two slashes': (base, id) => `${right(base, id)}/`,
  'asking for JSON': (base, id) => `${right(base, id)}?format=json`,
  'asking for XML': (base, id) => `${right(base, id)}?format=xml`,
} satisfies Record<string, (base: string, id: string | undefined) => string>
