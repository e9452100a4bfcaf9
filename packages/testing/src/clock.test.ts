import { expect, test } from 'vitest'
import { createFakeClock, settle } from './clock.ts'

const { signal } = new AbortController()

test('time stands until it is told to go; sleepers wake at their own time, in order', async () => {
  const clock = createFakeClock()
  const begun = clock.now()
  const woken: string[] = []
  const sleep = async (ms: number, name: string): Promise<void> => {
    await clock.sleep(ms, signal)
    woken.push(`${name} ${clock.now() - begun}`)
  }
  void sleep(200, 'late')
  void sleep(100, 'early').then(() => sleep(50, 'again'))
  expect(clock.sleepers()).toBe(2)
  await clock.advance(99)
  expect(woken).toEqual([])
  await clock.advance(60)
  expect(woken).toEqual(['early 100', 'again 150'])
  expect(clock.now() - begun).toBe(159)
  expect(await clock.skip()).toBe(true)
  expect(woken).toEqual(['early 100', 'again 150', 'late 200'])
  expect(await clock.skip()).toBe(false)
})

test('a sleep ends with its signal, and leaves nothing behind', async () => {
  const clock = createFakeClock()
  const stop = new AbortController()
  const sleeping = clock.sleep(100, stop.signal)
  stop.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
  await expect(clock.sleep(100, stop.signal)).rejects.toThrow('enough')
  expect(clock.sleepers()).toBe(0)
})

test('time stands while somebody holds it', async () => {
  const clock = createFakeClock()
  const goOn = clock.hold()
  let over = false
  const advancing = clock.advance(100).then(() => (over = true))
  for (let turn = 0; turn < 20; turn++) await settle()
  expect(over).toBe(false)
  goOn()
  goOn()
  await advancing
  expect(over).toBe(true)
})

test('a promise runs to its end, however much time that takes', async () => {
  const clock = createFakeClock()
  const begun = clock.now()
  const work = async (): Promise<string> => {
    await clock.sleep(60_000, signal)
    await settle()
    await clock.sleep(3_600_000, signal)
    return 'done'
  }
  expect(await clock.run(work())).toBe('done')
  expect(clock.now() - begun).toBe(3_660_000)
  await expect(clock.run(Promise.reject(new Error('no')))).rejects.toThrow('no')
})

test('chance is what it was given', () => {
  expect(createFakeClock().random()).toBe(0.5)
  expect(createFakeClock(() => 0.1).random()).toBe(0.1)
})
