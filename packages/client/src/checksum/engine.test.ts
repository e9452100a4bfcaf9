import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { createMD5, createSHA256, type IHasher } from 'hash-wasm'
import { expect, test } from 'vitest'
import { openDigest, type Engine } from './engine.ts'
import { script } from './script.ts'
import { wasmEngine } from './wasm.ts'

const wasm = wasmEngine('md5', createMD5)

const md5 = (parts: readonly Uint8Array[]): string => {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
const parts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 })

for (const engine of [wasm, script] satisfies Engine[]) {
  test(`F82 ${engine.name}: the digest is the one of OpenSSL after every part, and asking for it changes nothing`, async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (all) => {
        const digest = await engine.open()
        for (const [index, part] of all.entries()) {
          digest.update(part)
          expect(digest.hex()).toBe(md5(all.slice(0, index + 1)))
        }
      }),
    )
  })

  test(`${engine.name}: goes on from any saved state, beside others at work`, async () => {
    await fc.assert(
      fc.asyncProperty(parts, parts, parts, async (before, after, others) => {
        const first = await engine.open()
        const second = await engine.open()
        const third = await engine.open()
        for (const part of before) first.update(part)
        for (const part of others) third.update(part)
        second.load(first.save())
        for (const part of after) {
          third.update(part)
          second.update(part)
          first.update(part)
        }
        expect(second.hex()).toBe(md5([...before, ...after]))
        expect(first.hex()).toBe(md5([...before, ...after]))
        expect(third.hex()).toBe(md5([...others, ...after]))
        third.reset()
        expect(third.hex()).toBe(md5([]))
      }),
    )
  })

  test(`${engine.name}: refuses the state of the other engine, and of none`, async () => {
    const digest = await engine.open()
    const other = await (engine === wasm ? script : wasm).open()
    digest.update(new Uint8Array(70))
    for (const state of [other.save(), '', 'AAAA', '§', btoa('{}'), btoa('null'), digest.save().slice(0, -4)]) {
      expect(() => digest.load(state)).toThrow()
    }
    expect(digest.hex()).toBe(md5([new Uint8Array(70)]))
  })
}

test('a saved md5 of the fast engine is 156 bytes', async () => {
  const digest = await wasm.open()
  expect(atob(digest.save())).toHaveLength(156)
})

test('a digest is opened with the first engine of its algorithm that works', async () => {
  const sha256 = wasmEngine('sha256', createSHA256)
  const refused = wasmEngine('md5', () => Promise.reject(new WebAssembly.CompileError('Refused')))
  expect(await openDigest([sha256, wasm, script], 'md5')).toMatchObject({ engine: 'wasm' })
  expect(await openDigest([sha256, refused, script], 'md5')).toMatchObject({ engine: 'script' })
  const { digest } = await openDigest([wasm, script, sha256], 'sha256')
  expect(digest.hex()).toBe(createHash('sha256').digest('hex'))
})

test('F82 where no engine works the reason is told, not that of an engine for something else', async () => {
  const cause = new WebAssembly.CompileError('Refused')
  const refused = wasmEngine('sha256', () => Promise.reject(cause))
  await expect(openDigest([wasm, refused, script], 'sha256')).rejects.toMatchObject({
    code: 'checksum-unavailable',
    message: expect.stringContaining("script-src 'wasm-unsafe-eval'"),
    cause,
  })
})

test('an engine makes one instance for all its digests, and another only after it failed', async () => {
  const results: Promise<IHasher>[] = [Promise.reject(new RangeError('Out of memory')), createMD5()]
  let made = 0
  const engine = wasmEngine('md5', () => results[made++] ?? createMD5())
  await expect(Promise.all([engine.open(), engine.open()])).rejects.toThrow('Out of memory')
  await Promise.all([engine.open(), engine.open(), engine.open()])
  expect(made).toBe(2)
})
