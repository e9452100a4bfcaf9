import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPace, resolveRate } from './body-rate.ts'

const rate = resolveRate({})

describe('S20 the least rate of a body', () => {
  test('a byte now and then holds a place for a minute, not for ever', () => {
    const pace = createPace(rate)
    let seconds = 0
    for (let slow = false; !slow; seconds += 1) {
      slow = pace.waited(1000)
      pace.received(1)
    }
    expect(seconds).toBe(60)
  })

  test('F06 an honest slow link is never too slow, however its bytes are spread', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 200 })
    const property = fc.property(gaps, (waits) => {
      const pace = createPace(rate)
      for (const ms of waits) {
        expect(pace.waited(ms)).toBe(false)
        pace.received(ms * 50)
      }
    })
    fc.assert(property)
  })

  test('one that is quiet for some seconds makes up for it', () => {
    const pace = createPace(rate)
    pace.waited(30_000)
    pace.waited(25_000)
    pace.received(30_000)
    expect(pace.waited(5000)).toBe(false)
  })

  test('nothing is owed for what came in the grace, nor kept of it', () => {
    const pace = createPace(rate)
    pace.received(10_000_000)
    expect(pace.waited(30_000)).toBe(false)
    expect(pace.waited(30_000)).toBe(true)
  })

  test('it says how long to wait before it can be judged', () => {
    const pace = createPace(resolveRate({ graceMs: 100, windowMs: 40 }))
    expect(pace.left).toBe(100)
    pace.waited(70)
    expect(pace.left).toBe(30)
    pace.waited(30)
    expect(pace.left).toBe(40)
  })

  test('a wrong option is named', () => {
    expect(() => resolveRate({ windowMs: 0 })).toThrow('Option minRate.windowMs: expected a number above 0, got 0')
  })
})
