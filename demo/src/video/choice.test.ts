import { expect, test } from 'vitest'

import { readChoice, writeChoice } from './choice.ts'

test('without a choice it is the first of each, and so it is for one that there is not', () => {
  const first = { host: 'cloudflare', as: 'ada' }
  expect([readChoice(''), readChoice('?host=vimeo&as=__proto__')]).toEqual([first, first])
})

test('a choice is read back from the address, where all else stays', () => {
  const search = writeChoice('?picker=input&host=cloudflare', { host: 'arvan', as: 'grace' })
  expect(readChoice(search)).toEqual({ host: 'arvan', as: 'grace' })
  expect(search).toBe('?picker=input&host=arvan&as=grace')
})
