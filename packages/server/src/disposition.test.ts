import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDisposition } from './disposition.ts'

/** As browsers write a name (HTML, "escape a multipart form data name"). */
const written = (name: string): string => name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')

test('F46 whatever a browser writes is read back', () => {
  // A per cent sign before 0A, 0D or 22 cannot be told from an escape, in browsers neither.
  const name = fc.string({ unit: 'grapheme' }).filter((text) => !/%(?:0A|0D|22)/i.test(text))
  fc.assert(
    fc.property(name, name, (field, filename) => {
      const header = `form-data; name="${written(field)}"; filename="${written(filename)}"`
      expect(readDisposition(header)).toEqual({ type: 'form-data', name: field, filename })
    }),
    { numRuns: 2000 },
  )
})

test('S22 no text makes it throw', () => {
  fc.assert(fc.property(fc.string(), (text) => void readDisposition(`form-data; name=${text}`)))
})

test('S23 a slow header does not take for ever', () => {
  expect(readDisposition(`form-data; name="${'\\"'.repeat(8000)}`).type).toBe('form-data')
  expect(readDisposition(`form-data${'; a="b'.repeat(3000)}`).type).toBe('form-data')
})
