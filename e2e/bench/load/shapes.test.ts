import { expect, test } from 'vitest'
import { shapeNames, shapesOf } from './shapes.ts'

const MiB = 1024 ** 2

test('the uploads of a shape are half a file together, in whole chunks', () => {
  const sizes = shapesOf(1024 * MiB).map(({ name, parallel, size }) => [name, parallel, size / MiB])
  expect(sizes).toEqual([
    ['one', 1, 512],
    ['ten', 10, 48],
    ['hundred', 100, 16],
    ['hundred-small-chunks', 100, 5],
    ['small-files', 10, 10_000 / MiB],
  ])
})

test('every shape can be asked for by its name', () => {
  expect(shapesOf(MiB).map(({ name }) => name)).toEqual(shapeNames)
})
