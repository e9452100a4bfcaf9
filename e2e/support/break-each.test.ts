import { expect, test } from 'vitest'
import { breakEach, moments } from './break-each.ts'

test.each(moments)('each call fails once, %s it is done, until there are no more', async (moment) => {
  const seen: string[] = []
  const count = await breakEach(
    moment,
    () => new Error('broken'),
    async (through, mend) => {
      const done: number[] = []
      for (const call of [1, 2, 3])
        await through(async () => done.push(call)).catch((error: Error) =>
          done.push(error.message === 'broken' ? 0 : -1),
        )
      mend()
      await through(async () => done.push(9))
      seen.push(done.join(''))
    },
  )
  expect(count).toBe(3)
  expect(seen).toEqual(moment === 'before' ? ['0239', '1039', '1209', '1239'] : ['10239', '12039', '12309', '1239'])
})

test('what a play finds says which call had failed', async () => {
  const played = breakEach(
    'before',
    () => new Error('broken'),
    async (through) => {
      await through(async () => {}).catch(() => {})
      await through(async () => {})
    },
  )
  await expect(played).rejects.toThrow('Call 2: Error: broken')
})
