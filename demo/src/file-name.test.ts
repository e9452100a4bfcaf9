import { expect, test } from 'vitest'

import { extensionOf, splitName } from './file-name.ts'

test('a long name keeps its end apart', () => {
  expect(splitName('interview-with-a-long-name-0007.wav')).toEqual(['interview-with-a-long-name', '-0007.wav'])
  expect(splitName('short.mov')).toEqual(['short.mov', ''])
})

test('no emoji is cut in two', () => {
  const name = '🎈'.repeat(30)
  expect(splitName(name).join('')).toBe(name)
  for (const part of splitName(name)) expect(part).not.toMatch(/\p{Surrogate}/u)
})

test('only short plain extensions are shown', () => {
  expect(['a.mov', 'a.tar.zst', '.bashrc', 'a', 'a.parquet', 'a.<b>'].map(extensionOf)).toEqual([
    ...['MOV', 'ZST', '', '', '', ''],
  ])
})
