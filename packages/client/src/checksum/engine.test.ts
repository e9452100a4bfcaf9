import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Engine } from './engine.ts'
import { script } from './script.ts'
import { wasm } from './wasm.ts'

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
        const digest = await engine.open('md5')
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
        const first = await engine.open('md5')
        const second = await engine.open('md5')
        const third = await engine.open('md5')
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
    const digest = await engine.open('md5')
    const other = await (engine === wasm ? script : wasm).open('md5')
    digest.update(new Uint8Array(70))
    for (const state of [other.save(), '', 'AAAA', '§', btoa('{}'), btoa('null'), digest.save().slice(0, -4)]) {
      expect(() => digest.load(state)).toThrow()
    }
    expect(digest.hex()).toBe(md5([new Uint8Array(70)]))
  })
}

test('a saved md5 of the fast engine is 156 bytes', async () => {
  const digest = await wasm.open('md5')
  expect(atob(digest.save())).toHaveLength(156)
})

test('the script engine has md5 only', async () => {
  await expect(script.open('sha256')).rejects.toThrow('Cannot compute sha256 without WebAssembly')
})
