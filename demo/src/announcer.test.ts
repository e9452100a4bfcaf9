import { expect, test } from 'vitest'

import { summarise } from './announcer.ts'

test('a few changes are said by name', () => {
  const changes = [
    { name: 'a.mov', text: 'Paused' },
    { name: 'b.mov', text: 'Sending' },
  ]
  expect(summarise(changes)).toBe('a.mov: Paused. b.mov: Sending')
})

test('many changes are said by number', () => {
  const changes = Array.from({ length: 5 }, (_, index) => ({
    name: `${index}`,
    text: index < 4 ? 'Completed' : 'Failed',
  }))
  expect(summarise(changes)).toBe('4 uploads: Completed. 1 upload: Failed')
})
