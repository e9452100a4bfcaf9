import { expect, test } from 'vitest'
import { csrfHeaders, djangoCsrf } from './csrf.ts'

test('the token of the cookie goes into the header; without the cookie there is none', () => {
  expect(csrfHeaders(djangoCsrf, 'a=b; csrftoken=x=y; c=d')).toEqual({ 'X-CSRFToken': 'x=y' })
  expect(csrfHeaders({ cookie: 'XSRF', header: 'X-XSRF' }, 'XSRF=1')).toEqual({ 'X-XSRF': '1' })
  expect(csrfHeaders(djangoCsrf, 'mycsrftoken=x')).toEqual({})
  expect(csrfHeaders(djangoCsrf, '')).toEqual({})
})
