const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * The bytes that a text in base64 stands for (RFC 4648 section 4), as lower-case hex: the form in which checksums are
 * compared. `undefined` for anything that is not padded base64.
 *
 * @example
 * base64ToHex('//4=') // 'fffe'
 */
export function base64ToHex(text: string): string | undefined {
  if (!canonical.test(text)) return undefined
  return Array.from(atob(text), (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}

/**
 * A checksum in lower-case hex as base64.
 *
 * @throws SyntaxError for a text that is not hex of whole bytes.
 * @example
 * hexToBase64('fffe') // '//4='
 */
export function hexToBase64(hex: string): string {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw new SyntaxError(`Cannot write a checksum: expected hex, got "${hex}"`)
  return btoa((hex.match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join(''))
}
