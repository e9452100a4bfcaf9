/** How finished files are called. */
export type FileNames = 'id' | 'increment' | 'random-suffix' | 'random' | 'keep'

/** What becomes of a finished file whose name another one has. */
export type ExistingFile = 'error' | 'overwrite' | 'rename'

/** More than any file system takes in one name, less what a number or suffix adds; in bytes of UTF-8. */
const longest = 200
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/
/** Names that Windows gives to devices, whatever their extension. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/**
 * The one function that makes a name in a store of what a client calls its file (S02): letters and digits of any script and
 * a few signs, no folder, no leading dot, no device, nothing that our own files are called. Never empty.
 *
 * @example
 * safeName('../../etc/пароль?.txt') // 'пароль_.txt'
 */
export function safeName(filename: string): string {
  const base = filename.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const plain = base.replaceAll(/[^\p{L}\p{M}\p{N}._ ()+,@=-]/gu, '_').replaceAll(/^[^\p{L}\p{N}_-]+|[. ]+$/gu, '')
  const [stem, extension] = split(plain)
  const cut = shorten(stem, longest - bytesOf(extension)) + extension
  if (cut === '') return 'file'
  return devices.test(cut) || uuid.test(cut.toLowerCase()) ? `_${cut}` : cut
}

/** Name and last extension, which has its dot and is short; a name that only has a dot in front has none. */
function split(name: string): [string, string] {
  const [extension = ''] = /(?<=.)\.[^.]{1,32}$/su.exec(name) ?? []
  return [name.slice(0, name.length - extension.length), extension]
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

function shorten(text: string, limit: number): string {
  const characters = [...text]
  while (bytesOf(characters.join('')) > limit) characters.pop()
  return characters.join('')
}

/** Tried in their order; the numbers end here, and chance goes on. */
const numbers = 9999
const tries = 100

/**
 * The names that a finished file may get, best first. More than one is asked for only when the first ones are taken.
 *
 * @param random gives letters and digits that nobody guesses
 */
export function* namesFor(
  filename: string,
  names: Exclude<FileNames, 'id'>,
  existing: ExistingFile,
  random: () => string,
): Generator<string> {
  const name = safeName(filename)
  const [stem, extension] = split(name)
  if (names === 'keep') {
    yield name
    if (existing !== 'rename') return
  }
  if (names === 'keep' || names === 'increment')
    for (let number = 1; number <= numbers; number += 1) yield `${stem}.${String(number).padStart(4, '0')}${extension}`
  for (let left = tries; left > 0; left -= 1)
    yield names === 'random' ? random() + extension : `${stem}.${random()}${extension}`
}

/** 11 letters and digits from the system's source of chance: 56 bits. */
export function randomName(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
  const bytes = crypto.getRandomValues(new Uint8Array(64))
  // What would make some letters likelier than others is passed over.
  const fair = [...bytes].filter((byte) => byte < 252)
  return fair
    .slice(0, 11)
    .map((byte) => alphabet[byte % 36])
    .join('')
}
