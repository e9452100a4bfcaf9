import { expect, test } from 'vitest'
import { addressesIn } from './lock-file.ts'

test('a lock file with integrity hashes only is good', () => {
  expect(addressesIn("lockfileVersion: '9.0'\n\n  zod@4.6.7:\n    resolution: {integrity: sha512-a/b==}\n")).toEqual([])
})

test.each([
  'resolution: {integrity: sha512-a, tarball: mirror/zod.tgz}',
  'url: http://mirror/zod',
  'url: https://mirror/zod',
])('the line of an address is named: %s', (line) => {
  expect(addressesIn(`packages:\n  ${line}\n`)).toEqual([`2: ${line}`])
})
