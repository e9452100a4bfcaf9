import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { acceptsJson } from './accept.ts'
import { readCreationKey } from './dialects/creation-key.ts'
import { readCreationFields } from './dialects/drf-fields.ts'
import { readRoute, readUndashed } from './dialects/drf-route.ts'
import { drfTexts } from './dialects/drf-texts.ts'
import { readDisposition } from './disposition.ts'
import { readForm } from './form.ts'
import { safeExtension } from './naming.ts'
import { UploadProblem } from './problem.ts'
import { sessionRecord } from './record.ts'

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[a-f0-9%./\\-]{0,60}$/),
  fc.stringMatching(/^[a-z/*;q=.,0-9 "]{0,60}$/),
)

const route = (pathname: string): unknown =>
  readRoute(
    { pathname: `/api/uploads/${pathname}`, search: '' },
    { path: '/api/uploads/', ids: 'any', trailingSlash: true },
  )

/** Every reader of a text that a request brings; what it throws is a problem with an answer. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  acceptsJson,
  readDisposition,
  readUndashed,
  safeExtension,
  readRoute: route,
  readCreationFields: (value) =>
    readCreationFields(
      new Map([
        ['filename', value],
        ['offset', value],
      ]),
      drfTexts,
    ),
  readCreationKey: (value) =>
    readCreationKey(new Request('http://localhost/', { headers: { 'Idempotency-Key': escape(value) } })),
}

describe('S22 S25 whatever comes in', () => {
  test.each(Object.entries(readers))('%s gives a value or a problem', (_name, read) => {
    fc.assert(
      fc.property(text, (value) => {
        try {
          read(value)
        } catch (error) {
          expect(error).toBeInstanceOf(UploadProblem)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('S01 I17 a path names an upload by its canonical id, or by nothing that could be one', () => {
    fc.assert(
      fc.property(text, (value) => {
        const found = readRoute(
          { pathname: `/api/uploads/${value}`, search: '' },
          { path: '/api/uploads/', ids: 'any', trailingSlash: true },
        )
        if (found?.to === 'detail')
          expect(found.id).toMatch(/^(?:unknown|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/)
      }),
      { numRuns: 1000 },
    )
  })

  test('a form of any type with any bytes is read to its end, or is a problem', async () => {
    const type = fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'text/plain',
    )
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.jsonValue().map((value) => new TextEncoder().encode(JSON.stringify(value))),
      fc
        .array(
          fc.constantFrom('--x', '\r\n', '--', 'Content-Disposition: form-data; name="a"', '; filename="b"', 'c', ':'),
        )
        .map((pieces) => new TextEncoder().encode(pieces.join(''))),
    )
    await fc.assert(
      fc.asyncProperty(type, noise, async (contentType, body) => {
        try {
          const form = await readForm(
            new Request('http://localhost/', {
              method: 'POST',
              headers: { 'Content-Type': contentType },
              body: Uint8Array.from(body),
            }),
          )
          for (let part = await form.next(); part; part = await form.next())
            if (part.kind === 'file')
              for await (const bytes of part.body) expect(bytes.length).toBeLessThanOrEqual(body.length)
        } catch (error) {
          expect(error).toBeInstanceOf(UploadProblem)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('I17 a record that comes back from the disk is one, or none, and never leads out of the store', () => {
    const path = fc.oneof(text, fc.constantFrom('day/a.part', '../a', '/a', 'day/../../a', 'a/./b', 'a//b', 'a/\0'))
    const record = fc.record({
      id: fc.constantFrom('0f8fad5b-d9cb-469f-a165-70867728950e', '../x', ''),
      revision: fc.constantFrom(1, -1, 0.5, '1'),
      filename: text,
      metadata: fc.oneof(fc.dictionary(text, text), fc.jsonValue()),
      offset: fc.constantFrom(0, 5, -1, Number.NaN, '5'),
      status: fc.constantFrom('uploading', 'complete', 'other'),
      createdAt: fc.constant(1),
      touchedAt: fc.constant(1),
      partial: path,
      complete: path,
    })
    fc.assert(
      fc.property(fc.oneof(record, fc.jsonValue()), (value) => {
        const read = sessionRecord.safeParse(value)
        if (!read.success) return
        for (const found of [read.data.partial, read.data.complete]) {
          expect(new URL(found, 'file:///store/').pathname.startsWith('/store/')).toBe(true)
          expect(found).not.toMatch(/(?:^|\/)\.{1,2}(?:\/|$)|\0|\\/)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
