import { expect, test } from 'vitest'
import { pickerTypes } from './picker.ts'

test('types and extensions are told to the picker in its own way, and what it would not take is left out', () => {
  expect(pickerTypes('image/*, .pdf,.tar.gz')).toEqual({
    'image/*': [],
    'application/octet-stream': ['.pdf', '.tar.gz'],
  })
  expect(pickerTypes(' , nonsense, .a/b')).toEqual({})
  expect(pickerTypes('')).toEqual({})
})
