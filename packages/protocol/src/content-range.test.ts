import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readContentRange, writeContentRange } from './content-range.ts'

const natural = fc.maxSafeNat()

describe('Content-Range', () => {
  test('reads what it wrote', () => {
    fc.assert(
      fc.property(natural, natural, natural, (a, b, c) => {
        const [offset, last, end] = [a, b, c].toSorted((x, y) => x - y) as [number, number, number]
        fc.pre(last > offset)
        expect(readContentRange(writeContentRange(offset, last - offset, end))).toEqual({
          start: offset,
          end: last - 1,
          total: end,
        })
      }),
    )
  })

  test('nothing but the exact form gets through', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let range
        try {
          range = readContentRange(text)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
          return
        }
        expect(text.replaceAll(/\d+/g, (digits) => String(Number(digits)))).toBe(
          `bytes ${range.start}-${range.end}/${range.total}`,
        )
      }),
    )
  })

  test('a valid header with one character changed is refused, or still reads as what it says (S09)', () => {
    const range = fc.tuple(natural, natural, natural)
    fc.assert(
      fc.property(range, fc.nat(40), fc.string({ minLength: 0, maxLength: 2 }), ([a, b, c], place, patch) => {
        const text = `bytes ${a}-${b}/${c}`
        const changed = text.slice(0, place) + patch + text.slice(place + 1)
        let read
        try {
          read = readContentRange(changed)
        } catch {
          return
        }
        const [start, end, total] = (changed.match(/\d+/g) ?? []).map(Number)
        expect(read).toEqual({ start, end, total })
      }),
    )
  })

  test.each([
    undefined,
    null,
    '',
    'bytes',
    'bytes 0-9',
    'bytes 0-9/*',
    'bytes */25',
    'bytes  0-9/25',
    'Bytes 0-9/25',
    'bytes=0-9/25',
    'bytes 0-9/25 ',
    ' bytes 0-9/25',
    'bytes +0-9/25',
    'bytes -1-9/25',
    'bytes 0x0-9/25',
    'bytes 0-9/25, bytes 0-9/25',
    'items 0-9/25',
    'bytes 0-9/1e3',
    'bytes 0.0-9/25',
    'bytes 0-9/9007199254740992',
    `bytes 0-9/${'9'.repeat(400)}`,
    'bytes 0-9/25\n',
    'bytes ٠-٩/25',
  ])('refuses %j', (text) => {
    expect(() => readContentRange(text)).toThrow(SyntaxError)
  })

  test('leading zeros and an empty range are read, as the real server does', () => {
    expect(readContentRange('bytes 010-9/025')).toEqual({ start: 10, end: 9, total: 25 })
  })

  test.each([
    [0, 0, 10],
    [5, 6, 10],
    [-1, 5, 10],
    [0.5, 1, 10],
    [0, 1, Number.NaN],
    [2 ** 53, 1, 2 ** 54],
  ])('does not write %d + %d of %d', (offset, length, total) => {
    expect(() => writeContentRange(offset, length, total)).toThrow(RangeError)
  })
})
