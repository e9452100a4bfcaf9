import { expect, test, vi } from 'vitest'
import { begin } from '../machine.ts'
import { createGrip } from './grip.ts'

const upload = { getState: () => begin(1), dispatch: () => {} }
const locks = { take: () => Promise.reject(new Error('No locks')) }

test('room that comes in the moment in which it is no longer wanted is given back', async () => {
  const leaving = new AbortController()
  const release = vi.fn<() => void>()
  const budget = {
    enter: async () => {
      leaving.abort(new Error('paused'))
      return { stay: () => {}, release }
    },
  }
  const grip = createGrip(upload, { locks, place: undefined, budget })
  await expect(grip.enter(leaving.signal)).rejects.toThrow('paused')
  expect(release).toHaveBeenCalledOnce()
})

test('an upload enters once, however often it is asked to, and makes room when it lets go', async () => {
  const release = vi.fn<() => void>()
  const enter = vi.fn<() => Promise<{ stay(): void; release(): void }>>(async () => ({ stay: () => {}, release }))
  const grip = createGrip(upload, { locks, place: undefined, budget: { enter } })
  const { signal } = new AbortController()
  await grip.enter(signal)
  await grip.enter(signal)
  expect(enter).toHaveBeenCalledOnce()
  grip.open()()
  expect(release).toHaveBeenCalledOnce()
  await grip.enter(signal)
  expect(enter).toHaveBeenCalledTimes(2)
})
