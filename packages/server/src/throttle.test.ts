import { expect, test } from 'vitest'
import { throttleContract } from './counts/contract.ts'
import { createThrottle } from './throttle.ts'

throttleContract((options, now) => {
  const throttle = createThrottle(options, now)
  return [throttle, throttle]
})

test('S06 ten thousand others do not free who is over the limit too early, nor fill the memory', async () => {
  const throttle = createThrottle({ requests: 1, perMs: 1000 }, () => 0)
  for (let index = 0; index < 20_000; index += 1) await throttle(`address ${index}`)
  await expect(throttle('address 19999')).rejects.toThrow()
  // Forgotten, since so many came after it: that is the price of a bound.
  await throttle('address 0')
})
