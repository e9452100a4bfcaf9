import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { namesFor, randomName, safeName } from './file-names.ts'
import { sessionRecord } from './record.ts'
import { newRecord } from './stores/fixtures/records.ts'

const take = (
  count: number,
  ...[filename, names, existing]: [
    string,
    'keep' | 'increment' | 'random' | 'random-suffix',
    'error' | 'overwrite' | 'rename',
  ]
): string[] => {
  const found: string[] = []
  for (const name of namesFor(filename, names, existing, () => 'abcdefghijk')) {
    if (found.length === count) break
    found.push(name)
  }
  return found
}

describe('S02 a safe name', () => {
  test.each([
    ['report.pdf', 'report.pdf'],
    ['süd (2).bin', 'süd (2).bin'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\win.ini', 'win.ini'],
    ['.htaccess', 'htaccess'],
    ['..', 'file'],
    ['', 'file'],
    ['/', 'file'],
    ['a\0b\r\n<script>.html', 'a_b___script_.html'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['trailing. . ', 'trailing'],
    ['0f8fad5b-d9cb-469f-a165-70867728950e.part', '_0f8fad5b-d9cb-469f-a165-70867728950e.part'],
    [`${'x'.repeat(300)}.tar.gz`, `${'x'.repeat(197)}.gz`],
    [`${'ü'.repeat(150)}.png`, `${'ü'.repeat(98)}.png`],
  ])('of %j is %j', (filename, name) => {
    expect(safeName(filename)).toBe(name)
  })

  test('leads nowhere, whatever the name: a record with it is a good one', () => {
    const filename = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^[./\\ a-z]*$/),
    )
    fc.assert(
      fc.property(filename, (text) => {
        const name = safeName(text)
        expect(sessionRecord.safeParse(newRecord({ complete: `day/${name}` })).success).toBe(true)
        expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(210)
        expect(name).not.toMatch(/[/\\\0]|^\.|[. ]$/)
        expect(safeName(name)).toBe(name)
      }),
    )
  })
})

describe('the names that a file may get', () => {
  test('are the kept one, alone or with numbers', () => {
    expect(take(3, 'a.tar.gz', 'keep', 'error')).toEqual(['a.tar.gz'])
    expect(take(3, 'a.tar.gz', 'keep', 'overwrite')).toEqual(['a.tar.gz'])
    expect(take(3, 'a.tar.gz', 'keep', 'rename')).toEqual(['a.tar.gz', 'a.tar.0001.gz', 'a.tar.0002.gz'])
  })

  test('are numbered ones, and by chance when the numbers end', () => {
    const names = take(10_001, 'a.pdf', 'increment', 'error')
    expect([names[0], names[9998], names[9999]]).toEqual(['a.0001.pdf', 'a.9999.pdf', 'a.abcdefghijk.pdf'])
  })

  test('are random ones with and without the name', () => {
    expect(take(1, 'a.pdf', 'random-suffix', 'error')).toEqual(['a.abcdefghijk.pdf'])
    expect(take(1, 'a.pdf', 'random', 'error')).toEqual(['abcdefghijk.pdf'])
    expect(take(1, 'a', 'random', 'error')).toEqual(['abcdefghijk'])
  })

  test('by chance: 11 letters and digits, never twice', () => {
    const names = Array.from({ length: 1000 }, randomName)
    for (const name of names) expect(name).toMatch(/^[a-z0-9]{11}$/)
    expect(new Set(names).size).toBe(1000)
  })
})
