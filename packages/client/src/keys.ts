/**
 * Keys that nobody else has: 128 random bits and a number. The bits are drawn once, with the first key, since the platform takes
 * its time for them, and ten thousand files may be added at once.
 */
export function createKeys(): () => string {
  let drawn: string | undefined
  let last = 0
  return () => {
    drawn ??= Array.from(crypto.getRandomValues(new Uint8Array(16)), inHex).join('')
    return `${drawn}.${(last += 1)}`
  }
}

const inHex = (byte: number): string => byte.toString(16).padStart(2, '0')
