import { expect, test } from 'vitest'

import { readQuery } from './query.ts'

test('without a query the defaults of the SDK hold', () => {
  expect(readQuery('')).toEqual({ options: { endpoint: '/api/uploads/' }, picker: undefined })
})

test('everything can be set', () => {
  const query = '?endpoint=/other/&chunkSize=65536&concurrency=2&token=abc&checksum=false&picker=input'
  expect(readQuery(query)).toEqual({
    options: {
      ...{ endpoint: '/other/', chunkSize: 65_536, concurrency: 2, checksum: false },
      headers: { Authorization: 'Bearer abc' },
    },
    picker: 'input',
  })
})

test('a chunk size may be auto', () => {
  expect(readQuery('?chunkSize=auto').options.chunkSize).toBe('auto')
})

test('a checksum that there is none of is named', () => {
  expect(() => readQuery('?checksum=crc')).toThrow('Cannot read ?checksum: expected md5, sha256 or false, got "crc"')
})
