import { createHash } from 'node:crypto'
import type { Part } from '../body.ts'

const junk = new TextEncoder().encode('junk')
const file = (bytes: Uint8Array<ArrayBuffer>, filename = 'part.bin'): Part => ({ name: 'file', bytes, filename })

/** The file part of a form, and what may stand in its place. */
export const files = {
  right: (bytes) => [file(bytes)],
  'one byte less': (bytes) => [file(bytes.slice(0, -1))],
  'one byte more': (bytes) => [file(new Uint8Array([...bytes, 1]))],
  empty: () => [file(new Uint8Array())],
  none: () => [],
  twice: (bytes) => [file(junk), file(bytes)],
  'twice, the right one first': (bytes) => [file(bytes), file(junk)],
  'under another name': (bytes) => [{ name: 'chunk', bytes, filename: 'part.bin' }],
  'as text': () => [{ name: 'file', value: 'some bytes' }],
  'as empty text': () => [{ name: 'file', value: '' }],
  'without a name': (bytes) => [{ name: 'file', bytes }],
  'of an empty name': (bytes) => [file(bytes, '')],
  'named like a path': (bytes) => [file(bytes, '../../etc/passwd')],
  'named by dots': (bytes) => [file(bytes, '..')],
} satisfies Record<string, (bytes: Uint8Array<ArrayBuffer>) => Part[]>

/** The field `filename`, of a name that no other upload has. */
export const names = {
  plain: (name) => name,
  none: () => undefined,
  empty: () => '',
  blank: () => ' \t ',
  padded: (name) => `  ${name}\n`,
  'as long as may be': (name) => name.padEnd(255, 'x'),
  'too long': (name) => name.padEnd(256, 'x'),
  'as long as may be, beyond the BMP': (name) => name + '🎬'.repeat(255 - name.length),
  'too long, beyond the BMP': (name) => name + '🎬'.repeat(256 - name.length),
  'too long, but for its padding': (name) => `${name.padEnd(255, 'x')} `,
  'a path': (name) => `../../${name}\\..\\${name}`,
  'quotes and markup': (name) => `"${name}" <b>'&amp;%22`,
  'another script': (name) => `Фильм, 電影, סרט ${name}`,
  'a line break': (name) => `${name}\r\n${name}`,
  'a null character': (name) => `${name}\0`,
  'a null character, too long': (name) => name.padEnd(256, '\0'),
  'control characters around': (name) => `\x1c${name}\x1f`,
  'only a control character': () => '\x1d',
  'a byte order mark in front': (name) => `\ufeff${name}`,
  'odd spaces around': (name) => `\u0085\u00a0\u2003${name}\u3000\u2028`,
  'a space of no width in front': (name) => `\u200b${name}`,
} satisfies Record<string, (name: string) => string | undefined>

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** The field `md5`; `content` is what it is to prove. */
export const checksums = {
  right: (content) => md5(content),
  none: () => undefined,
  empty: () => '',
  wrong: () => '0'.repeat(32),
  'of one byte less': (content) => md5(content.slice(0, -1)),
  'upper case': (content) => md5(content).toUpperCase(),
  padded: (content) => ` ${md5(content)} `,
  'one digit less': (content) => md5(content).slice(1),
} satisfies Record<string, (content: Uint8Array) => string | undefined>

/** Further fields of a form. */
export const extras = {
  none: [],
  id: [['id', '00000000-0000-4000-8000-000000000001']],
  status: [['status', '2']],
  times: [
    ['created_at', '2001-01-01T00:00:00Z'],
    ['completed_at', 'never'],
  ],
  owner: [
    ['user', '2'],
    ['owner_type', '3'],
    ['owner_id', '1'],
  ],
  upload_id: [['upload_id', '00000000-0000-4000-8000-000000000001']],
  'a field of the host': [['album', 'summer']],
  'a field of 10 000 bytes': [['album', 'x'.repeat(10_000)]],
  'always the same upload_key': [['upload_key', 'the same']],
  offset: [['offset', '5']],
  'offset, empty': [['offset', '']],
  'offset, no number': [['offset', 'five']],
  'offset, spaces': [['offset', ' 5 ']],
  'offset, blank': [['offset', ' ']],
  'offset, fraction of nothing': [['offset', '-5.00']],
  'offset, fraction': [['offset', '5.5']],
  'offset, underscore': [['offset', '1_000']],
  'offset, exponent': [['offset', '1e3']],
  'offset, the greatest': [['offset', '9223372036854775807']],
  'offset, too great': [['offset', '9223372036854775808']],
  'offset, too small': [['offset', '-9223372036854775809']],
  'offset, a thousand digits': [['offset', '1'.repeat(1001)]],
} satisfies Record<string, readonly (readonly [string, string])[]>
