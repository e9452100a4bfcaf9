import { expect, test } from 'vitest'
import { chunks } from '../../support/request-log.ts'
import * as passages from '../passages.ts'
import { begin, errorsIn, MiB, pace, size, untilWhole, useWorld } from '../rig.ts'

// Slow is not broken.

const world = useWorld()

test('F06 on a slow link chunks get small enough to take seconds, and nothing times out', async () => {
  const rate = 120_000 * pace
  const sending = begin(world(), 10 * MiB, () => passages.throttled(rate), { chunkSize: 'auto' })
  await untilWhole(sending, world())
  expect(errorsIn(sending)).toEqual([])
  // The creation carries little, and the first whole chunk shows how slow it is; after that none takes longer than 15 s.
  const [, , ...sizes] = chunks(sending.way.log()).map(({ range }) => (range ? range.end + 1 - range.start : 0))
  expect(sizes.length).toBeGreaterThan(0)
  for (const bytes of sizes) expect(bytes).toBeLessThanOrEqual((15 * rate) / pace)
})

test('F24 a proxy that cuts off after 20 s on a slow link keeps no upload from arriving', async () => {
  const passage = passages.timed(20_000 / pace, passages.throttled(100_000 * pace))
  const sending = begin(world(), 6 * MiB, () => passage, { chunkSize: 'auto' })
  await untilWhole(sending, world())
  expect(errorsIn(sending).length).toBeGreaterThan(0)
})

test('F23 a proxy that takes whole chunks and sends them on slowly times nothing out', async () => {
  const sending = begin(world(), size, () => passages.buffered(20_000 * pace))
  await untilWhole(sending, world())
  expect(errorsIn(sending)).toEqual([])
})
