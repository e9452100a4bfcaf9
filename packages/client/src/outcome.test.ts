import { expect, test } from 'vitest'
import { createOutcome } from './outcome.ts'

test('is settled from outside, once', async () => {
  const outcome = createOutcome<number>()
  outcome.resolve(1)
  outcome.resolve(2)
  outcome.reject(new Error('no'))
  expect(await outcome.promise).toBe(1)
})

test('a rejection is given to whoever listens, and not reported if nobody does', async () => {
  const reported: unknown[] = []
  const report = (reason: unknown): void => void reported.push(reason)
  process.on('unhandledRejection', report)
  const outcome = createOutcome<number>()
  outcome.reject(new Error('no'))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', report)
  expect(reported).toEqual([])
  await expect(outcome.promise).rejects.toThrow('no')
})
