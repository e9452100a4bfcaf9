import { expect, test } from 'vitest'
import { objection } from './accept.ts'

const open = { accept: undefined, minSize: 0, maxSize: Number.MAX_SAFE_INTEGER }
const file = { name: 'Holiday.JPG', type: 'image/jpeg', size: 10 }

test.each(['image/*', 'image/jpeg', '.jpg', ' .png , .JPG', '*/*', ''])('%j takes a picture', (accept) => {
  expect(objection(file, { ...open, accept })).toBeUndefined()
})

test.each(['video/*', '.pdf', 'image/png', 'jpg'])('%j does not', (accept) => {
  expect(objection(file, { ...open, accept })).toMatchObject({ code: 'file-type' })
})

test('sizes: the message names the value and what was expected', () => {
  expect(objection(file, { ...open, minSize: 11 })).toMatchObject({
    ...{ code: 'file-too-small', message: 'Cannot upload "Holiday.JPG": expected at least 11 bytes, got 10' },
  })
  expect(objection(file, { ...open, maxSize: 9 })).toMatchObject({ code: 'file-too-large' })
  expect(objection(file, { ...open, minSize: 10, maxSize: 10 })).toBeUndefined()
})
