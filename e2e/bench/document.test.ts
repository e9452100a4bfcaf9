import { expect, test } from 'vitest'
import { putBetween } from './document.ts'

const document = '# Title\n\n<!-- bench:one -->\nold\n<!-- /bench:one -->\n\n<!-- bench:two --><!-- /bench:two -->\n'

test('what stands between the markers is replaced, and nothing else', () => {
  expect(putBetween(document, 'one', 'new')).toBe(
    '# Title\n\n<!-- bench:one -->\n\nnew\n\n<!-- /bench:one -->\n\n<!-- bench:two --><!-- /bench:two -->\n',
  )
})

test('writing twice is writing once', () => {
  const once = putBetween(document, 'two', 'new')
  expect(putBetween(once, 'two', 'new')).toBe(once)
})

test('a document without the markers is refused', () => {
  expect(() => putBetween(document, 'three', 'new')).toThrow('has no <!-- bench:three -->')
})
