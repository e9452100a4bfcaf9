import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base64ToHex, hexToBase64 } from './base64.ts'

test('hex and base64 are two ways of writing the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const hex = Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join('')
      const base64 = btoa(String.fromCharCode(...bytes))
      expect(hexToBase64(hex)).toBe(base64)
      expect(base64ToHex(base64)).toBe(hex)
    }),
  )
})

test.each(['a', 'ab=', 'abc', 'a b=', '====', 'ab==cd==', 'YQ', 'YQ-_', 'YQ==\n'])('%j is no base64', (text) => {
  expect(base64ToHex(text)).toBeUndefined()
})

test.each(['a', 'zz', 'AB', 'ab ', 'ab\n'])('%j is no hex', (text) => {
  expect(() => hexToBase64(text)).toThrow(SyntaxError)
})
