import { expect, test } from 'vitest'
import { createLane } from './lane.ts'

// A thousand bytes a second, 50 ms each way.
const lane = () => createLane({ roundTripMs: 100, rate: 1000 })

test('bytes take their time at the rate, and then half a round trip', () => {
  expect(lane().arrivalOf(200, 0)).toBe(250)
})

test('what comes while the link is busy waits for it, but the way is taken at the same time', () => {
  const { arrivalOf } = lane()
  expect([arrivalOf(100, 0), arrivalOf(100, 0), arrivalOf(100, 150)]).toEqual([150, 250, 350])
})

test('time in which nobody sent is lost', () => {
  const { arrivalOf } = lane()
  arrivalOf(100, 0)
  expect(arrivalOf(100, 1000)).toBe(1150)
})

test('there is room for what is on its way and a short queue, so that a sender feels the rate', () => {
  expect(lane().room).toBe(100)
})
