import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readContentRange } from './content-range.ts'
import { readDigests, readWants } from './digest-fields.ts'
import { drfFilename, readDrfProblem, readDrfUpload } from './drf.ts'
import { readFlag, readIetfProblem, readInteger, readUploadLimit } from './ietf.ts'
import { readMetadata } from './metadata.ts'
import { readProblem } from './problem.ts'
import { asCount, readDictionary, readItem } from './structured.ts'
import {
  readCount,
  readDeferLength,
  readTusList,
  readUploadChecksum,
  readUploadConcat,
  readUploadExpires,
} from './tus.ts'

/** Every reader of a header. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  readContentRange,
  readDigests,
  readWants,
  drfFilename,
  readFlag,
  readInteger,
  readUploadLimit,
  readMetadata: (text) => readMetadata(text),
  readItem,
  readDictionary,
  asCount,
  readCount: (text) => readCount('Upload-Offset', text),
  readDeferLength,
  readTusList,
  readUploadChecksum,
  readUploadConcat,
  readUploadExpires,
}

/** Every reader of a body that was JSON. */
const bodies: Readonly<Record<string, (body: unknown) => unknown>> = {
  readDrfUpload,
  readDrfProblem,
  readIetfProblem,
  readProblem,
}

/** Headers that are good, as a ground for mistakes. */
const good = [
  'bytes 0-9/25',
  'md5=:aGk=:, sha-256=:aGk=:;a=1',
  'sha-256=3, md5=0',
  '?1;a="b"',
  'max-size=1000, max-age=60',
  'filename YS5iaW4=,__proto__ YQ==',
  'final;/files/a /files/b',
  'sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=',
  'Wed, 25 Jun 2014 16:00:00 GMT',
  '9007199254740991',
]

const mutated = fc
  .tuple(fc.constantFrom(...good), fc.nat(40), fc.nat(3), fc.string({ maxLength: 3, unit: 'binary' }))
  .map(([text, at, cut, more]) => text.slice(0, at) + more + text.slice(at + cut))
const header = fc.oneof(mutated, mutated, fc.string(), fc.string({ unit: 'binary' }))

/** No number that is read may be one that arithmetic is wrong with. */
function expectSafe(value: unknown): void {
  if (typeof value === 'number') expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) expectSafe(inner)
}

describe('F21 S09 S22 S24 whatever comes in', () => {
  test.each(Object.entries(readers))(
    '%s gives a value or a SyntaxError, and no number that is not safe',
    (_name, read) => {
      fc.assert(
        fc.property(header, (text) => {
          try {
            expectSafe(read(text))
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError)
          }
        }),
        { numRuns: 500 },
      )
      expect(Reflect.get({}, 'filename')).toBeUndefined()
    },
  )

  test.each(Object.entries(bodies))('%s gives a value or a SyntaxError for any JSON', (_name, read) => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (body) => {
        try {
          read(body)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }),
      { numRuns: 300 },
    )
  })
})
