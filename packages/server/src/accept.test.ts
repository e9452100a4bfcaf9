import { expect, test } from 'vitest'
import { acceptsJson } from './accept.ts'

test.each([
  [null, true],
  ['', true],
  ['*/*', true],
  ['application/json', true],
  ['application/*', true],
  ['Application/JSON; charset=utf-8', true],
  ['text/html,application/xhtml+xml,*/*;q=0.8', true],
  ['application/xml', false],
  ['text/html', false],
  ['application/json;q=0, */*', false],
  ['*/*;q=0, application/json', true],
  ['application/json;q=0', false],
])('Accept %j admits JSON: %s', (header, admitted) => {
  expect(acceptsJson(header)).toBe(admitted)
})
