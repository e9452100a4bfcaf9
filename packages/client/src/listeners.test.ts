import { expect, test, vi } from 'vitest'
import { createListeners } from './listeners.ts'

test('tells each listener, until it is taken back; the same one may be added twice', () => {
  const listeners = createListeners<number>()
  const heard: number[] = []
  const hear = (value: number): void => void heard.push(value)
  const remove = listeners.add(hear)
  listeners.add(hear)
  listeners.notify(1)
  remove()
  listeners.notify(2)
  expect(heard).toEqual([1, 1, 2])
})

test('a listener that throws breaks nothing, and is reported as uncaught (F87)', () => {
  const later = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => {})
  const listeners = createListeners<number>()
  const heard: number[] = []
  listeners.add(() => {
    throw new Error('mine')
  })
  listeners.add((value) => void heard.push(value))
  listeners.notify(1)
  expect(heard).toEqual([1])
  expect(later.mock.calls[0]?.[0]).toThrow('mine')
  later.mockRestore()
})

test('a listener removed by another one is not told any more', () => {
  const listeners = createListeners<number>()
  const heard: string[] = []
  listeners.add(() => removeSecond())
  const removeSecond = listeners.add(() => void heard.push('second'))
  listeners.notify(1)
  expect(heard).toEqual([])
})
