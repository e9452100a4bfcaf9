import { expect, test } from 'vitest'

import { census, censusWords } from './census.ts'

test('everything at work counts as sending', () => {
  const count = { preparing: 1, creating: 1, recovering: 1, uploading: 1, completing: 1, queued: 2, completed: 3 }
  expect(census(count)).toMatchObject({ sending: 5, queued: 2, completed: 3, waiting: 0 })
  expect(censusWords(census(count))).toBe('5 sending, 2 queued, 3 completed')
})

test('nothing is nothing to say', () => {
  expect(censusWords(census({}))).toBe('')
})
