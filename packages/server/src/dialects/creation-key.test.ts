import { describe, expect, test } from 'vitest'
import { createUploadHandler } from '../handler.ts'
import { memoryStore } from '../stores/memory.ts'
import { fileOf } from './fixtures/drf-client.ts'
import { ietfWire, tusWire } from './fixtures/wires.ts'

const piece = (key: string, more: { readonly size?: number } = {}) => ({
  start: 0,
  body: fileOf(10),
  size: more.size ?? 25,
  last: false,
  headers: { 'Idempotency-Key': key },
})

describe.each([tusWire, ietfWire])('$name', (wire) => {
  const serve = () => createUploadHandler({ store: memoryStore() })

  test('F33 a creation that is repeated under its key is the same upload, quoted or not', async () => {
    const handler = serve()
    const answers = []
    for (const key of ['"abc"', '"abc"', 'abc', '"abcd"']) answers.push(await handler(wire.begin(piece(key))))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    const [first, again, bare, other] = await Promise.all(answers.map((answer) => wire.locate(answer)))
    expect([again, bare]).toEqual([first, first])
    expect(other).not.toBe(first)
    expect(await wire.offset(await handler(wire.ask(first ?? '')))).toBe(10)
  })

  test('F33 50 creations under one key at once are one upload', async () => {
    const handler = serve()
    const answers = await Promise.all(Array.from({ length: 50 }, async () => handler(wire.begin(piece('"abc"')))))
    expect(answers.filter(({ status }) => status !== 201 && status !== 423)).toEqual([])
    expect(await handler.sessions.list({ owner: undefined })).toHaveLength(1)
  })

  test('F33 the key of another file is refused', async () => {
    const handler = serve()
    await handler(wire.begin(piece('"abc"')))
    expect((await handler(wire.begin(piece('"abc"', { size: 26 })))).status).toBe(409)
  })

  test.each(['""', '"a', 'a b', '"é"', `"${'a'.repeat(256)}"`])('the key %s is refused by name', async (key) => {
    const answer = await serve()(wire.begin(piece(key)))
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('Idempotency-Key: expected')])
  })
})
