import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDigest } from './digest.ts'

test.each(['md5', 'sha256'] as const)(
  '%s is the same however the bytes come, and over a saved state',
  async (algorithm) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 })), fc.nat({ max: 10 }), async (pieces, at) => {
        const first = await createDigest(algorithm)
        for (const piece of pieces.slice(0, at)) first.update(piece)
        const second = await createDigest(algorithm, first.save())
        for (const piece of pieces.slice(at)) second.update(piece)
        expect(second.hex()).toBe(createHash(algorithm).update(Buffer.concat(pieces)).digest('hex'))
      }),
    )
  },
)
