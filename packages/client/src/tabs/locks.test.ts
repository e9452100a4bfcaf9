import { expect, test, vi } from 'vitest'
import { firstOf, type Hold, type LockOptions, type Locks } from './locks.ts'
import { webLocks } from './web-locks.ts'

const signal = new AbortController().signal
const options: LockOptions = { wait: false, signal, onLost: () => {} }
const hold: Hold = { stay: () => {}, release: () => {} }
const refusing = () => vi.fn<Locks['take']>(() => Promise.reject(new DOMException('no', 'SecurityError')))

test('F90 of several kinds of locks the first that works is used, and one that was refused is not asked again', async () => {
  const take = refusing()
  const locks = firstOf({ take }, { take: () => Promise.resolve(hold) })
  expect(await locks.take('film', options)).toBe(hold)
  expect(await locks.take('film', options)).toBe(hold)
  expect(take).toHaveBeenCalledOnce()
})

test('F90 where none works everybody gets what they ask for: the upload runs', async () => {
  const locks = firstOf({ take: refusing() })
  expect(await locks.take('film', options)).toBeDefined()
  expect(await locks.take('film', options)).toBeDefined()
})

test('who stops waiting is told so, and that is no sign that the locks do not work', async () => {
  const stop = new AbortController()
  const take = vi.fn<Locks['take']>(() => {
    stop.abort(new Error('enough'))
    return Promise.reject(new Error('aborted'))
  })
  const locks = firstOf({ take })
  await expect(locks.take('film', { ...options, signal: stop.signal })).rejects.toThrow('enough')
  take.mockResolvedValue(hold)
  expect(await locks.take('film', options)).toBe(hold)
})

test('F90 where the browser has no locks, asking for one is refused', async () => {
  vi.stubGlobal('navigator', {})
  await expect(webLocks.take('film', options)).rejects.toThrow(TypeError)
  vi.unstubAllGlobals()
})
