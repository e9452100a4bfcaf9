import { expect, test } from 'vitest'
import { sharedRound } from './shared-round.ts'

/** A work whose rounds end when they are told to. */
function rounds() {
  const running: PromiseWithResolvers[] = []
  const ask = sharedRound(() => new Promise((resolve, reject) => running.push({ resolve, reject })))
  return { ask, running }
}

interface PromiseWithResolvers {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('whoever asks while a round is under way waits for the next one, together with others', async () => {
  const { ask, running } = rounds()
  const ended: string[] = []
  void ask().then(() => ended.push('first'))
  await settled()
  for (const name of ['second', 'third']) void ask().then(() => ended.push(name))
  await settled()
  expect(running).toHaveLength(1)
  running[0]?.resolve()
  await settled()
  expect(ended).toEqual(['first'])
  expect(running).toHaveLength(2)
  running[1]?.resolve()
  await settled()
  expect(ended).toEqual(['first', 'second', 'third'])
})

test('a round that fails is told to those who share it, and no one else', async () => {
  const { ask, running } = rounds()
  const first = ask()
  await settled()
  const second = ask()
  running[0]?.reject(new Error('EIO'))
  await expect(first).rejects.toThrow('EIO')
  await settled()
  running[1]?.resolve()
  await expect(second).resolves.toBeUndefined()
})
