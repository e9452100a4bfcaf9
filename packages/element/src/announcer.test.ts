import { expect, test } from 'vitest'
import { summarise } from './announcer.ts'

test('a few changes are said by name, many by number', () => {
  const changes = ['a', 'b', 'c'].map((name) => ({ name, text: 'Completed' }))
  expect(summarise(changes)).toBe('a: Completed. b: Completed. c: Completed')
  expect(summarise([...changes, { name: 'd', text: 'Failed' }])).toBe('3 × Completed. 1 × Failed')
})
