import { describe, expect, test } from 'vitest'
import { checkNames, checkNaming, defaultNaming, namePaths, safeExtension } from './naming.ts'

const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
const at = Date.UTC(2026, 0, 5, 23, 59)

test('paths are made of the day and the id', () => {
  expect(namePaths(id, at, defaultNaming)).toEqual({
    partial: `chunked_uploads/2026/01/05/${id}.part`,
    complete: `chunked_uploads/2026/01/05/${id}.done`,
  })
  expect(namePaths(id, at, { ...defaultNaming, folder: '' }, '.pdf')).toEqual({
    partial: `${id}.part.pdf`,
    complete: `${id}.done.pdf`,
  })
})

test.each([
  ['a.PDF', '.pdf'],
  ['a.tar.gz', '.gz'],
  ['noext', ''],
  ['a.', ''],
  ['.htaccess', '.htaccess'],
  ['a.p/../x', ''],
  ['a.php\0.png', '.png'],
  ['a.%2e%2e', ''],
  [`a.${'x'.repeat(17)}`, ''],
])('S02 the extension of %j is %j', (name, extension) => {
  expect(safeExtension(name)).toBe(extension)
})

describe('S01 a naming that could lead out of the store', () => {
  test.each(['/etc', '../up', 'a/../b', 'a//b', 'a/', '.hidden', 'a\\b', 'a b'])('folder %j is refused', (folder) => {
    expect(() => checkNaming({ ...defaultNaming, folder })).toThrow('Option files.folder')
  })

  test.each(['part', '.', './x', '.pa/rt', '..'])('extension %j is refused', (partialExtension) => {
    expect(() => checkNaming({ ...defaultNaming, partialExtension })).toThrow('Option files.partialExtension')
  })

  test.each(['', 'uploads', 'a/%Y/%m', 'a_b/c-d'])('folder %j is fine', (folder) => {
    expect(() => checkNaming({ ...defaultNaming, folder })).not.toThrow()
  })
})

test.each([
  [{ names: 'kept' }, 'Option files.names: expected id, increment, random-suffix, random, keep, got "kept"'],
  [{ existing: 'replace' }, 'Option files.existing: expected error, overwrite, rename, got "replace"'],
])('%j is refused', (naming, message) => {
  // What TypeScript would refuse, JavaScript lets through.
  expect(() => checkNames({ ...defaultNaming, ...(naming as object) })).toThrow(message)
})
