import { expect, test } from 'vitest'
import { createThrottle } from './throttle.ts'

const clocked = (requests: number, perMs: number) => {
  const clock = { now: 0 }
  return { clock, throttle: createThrottle({ requests, perMs }, () => clock.now) }
}

test('one request too many is told how long to wait, and then may', () => {
  const { clock, throttle } = clocked(2, 60_000)
  throttle('alice')
  clock.now = 10_000
  throttle('alice')
  clock.now = 20_500
  expect(() => throttle('alice')).toThrow('Expected available in 40 seconds')
  clock.now = 60_000
  throttle('alice')
  expect(() => throttle('alice')).toThrow('Expected available in 10 seconds')
})

test('a refused request does not count', () => {
  const { clock, throttle } = clocked(1, 1000)
  throttle('alice')
  for (clock.now = 100; clock.now < 1000; clock.now += 100) expect(() => throttle('alice')).toThrow()
  throttle('alice')
})

test('nobody pays for another', () => {
  const { throttle } = clocked(1, 1000)
  throttle('alice')
  throttle('bob')
  expect(() => throttle('alice')).toThrow()
})

test('S06 ten thousand others do not free who is over the limit too early, nor fill the memory', () => {
  const { throttle } = clocked(1, 1000)
  for (let index = 0; index < 20_000; index += 1) throttle(`address ${index}`)
  expect(() => throttle('address 19999')).toThrow()
  // Forgotten, since so many came after it: that is the price of a bound.
  throttle('address 0')
})
