import { expect, test } from 'vitest'
import { filled } from './chunk-map.ts'

test('the lines of the map are filled one after the other', () => {
  const lines = (position: number, size: number) => [0, 1, 2].map((line) => filled(line, position, size))
  expect(lines(0, 300)).toEqual([0, 0, 0])
  expect(lines(150, 300)).toEqual([100, 50, 0])
  expect(lines(300, 300)).toEqual([100, 100, 100])
  expect(lines(0, 0)).toEqual([0, 0, 0])
})
