import { expect, test } from 'vitest'

import { rangeOf } from './range.ts'

test('the range of a chunk is in its Content-Range', () => {
  expect(rangeOf({ 'content-range': 'bytes 10-19/25' })).toEqual({ start: 10, end: 20 })
})

test('… or begins at its Upload-Offset and is as long as its body', () => {
  const chunk = { 'content-type': 'application/offset+octet-stream', 'content-length': '5' }
  expect(rangeOf({ ...chunk, 'upload-offset': '10' })).toEqual({ start: 10, end: 15 })
  expect(rangeOf({ ...chunk, 'content-type': 'application/partial-upload' })).toEqual({ start: 0, end: 5 })
})

test('a question, a form without a file and a creation without bytes have none', () => {
  expect(rangeOf({})).toBeUndefined()
  expect(rangeOf({ 'content-type': 'multipart/form-data; boundary=x', 'content-length': '50' })).toBeUndefined()
  expect(rangeOf({ 'content-type': 'application/offset+octet-stream', 'content-length': '0' })).toBeUndefined()
})
