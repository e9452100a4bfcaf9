import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HashState } from '../types.ts'
import { isState, newest, remember } from './states.ts'

const at = (position: number): HashState => ({ engine: 'wasm', algorithm: 'md5', position, state: '' })
const add = (positions: readonly number[]): readonly HashState[] =>
  positions.reduce<readonly HashState[]>((states, position) => remember(states, at(position)), [])

test('the newest state at or below an offset is given', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1000), { maxLength: 100 }), fc.nat(1000), (positions, offset) => {
      const below = positions.filter((position) => position <= offset)
      expect(newest(add(positions), offset)?.position).toBe(below.length ? Math.max(...below) : undefined)
    }),
  )
})

test('F85 the number of states is bounded, the newest hundred stay, and older ones thin out', () => {
  const states = add(Array.from({ length: 20_000 }, (_, index) => index))
  expect(states.length).toBeLessThanOrEqual(256)
  expect(states.slice(-100).map(({ position }) => position)).toEqual(
    Array.from({ length: 100 }, (_, index) => 19_900 + index),
  )
  expect(states[0]?.position).toBe(0)
})

test('a state at a position that is known takes its place', () => {
  expect(add([5, 7, 5])).toHaveLength(2)
})

test('what was remembered and cannot be a state is told', () => {
  expect(isState(at(5))).toBe(true)
  // A database may hold anything.
  const others = [{ position: -1 }, { position: 1.5 }, { position: '5' }, { state: 7 }] as unknown as HashState[]
  for (const other of others) expect(isState({ ...at(5), ...other })).toBe(false)
})
