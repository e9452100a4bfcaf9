import { describe, expect, test } from 'vitest'
import { asOne, judge, lastLine, none, total } from './counts.ts'

const green = { ...none, passed: 3 }
const skipping = { ...green, skipped: 2 }

describe('what a runner proves', () => {
  test('its own counts, when it ended as they say', () => {
    expect(judge(green, 0, true)).toEqual(green)
    expect(judge({ ...green, failed: 2 }, 1, true)).toEqual({ ...green, failed: 2 })
  })

  test('one failure without a report: it crashed', () => {
    expect(judge(undefined, 0, false)).toEqual({ ...none, failed: 1 })
  })

  test.each([1, 137, undefined])('one failure more when all is green and it ends with %j', (exitCode) => {
    expect(judge(green, exitCode, false)).toEqual({ ...green, failed: 1 })
  })

  test('one failure when it found nothing to run', () => {
    expect(judge(none, 0, false)).toEqual({ ...none, failed: 1 })
  })

  test('skipped tests fail in CI, and are only told elsewhere', () => {
    expect(judge(skipping, 0, true)).toEqual({ ...green, failed: 2 })
    expect(judge(skipping, 0, false)).toEqual(skipping)
    expect(judge({ ...none, skipped: 1 }, 0, false)).toEqual({ ...none, skipped: 1 })
  })
})

test('what is said of failures is kept', () => {
  const said = (failures: string[]) => ({ ...none, failed: failures.length, failures })
  expect(judge(said(['a']), 1, true).failures).toEqual(['a'])
  expect(total([said(['a']), green, said(['b', 'c'])]).failures).toEqual(['a', 'b', 'c'])
})

test('the last line counts all steps', () => {
  const all = [asOne(true), asOne(false), green, skipping]
  expect(lastLine(total(all))).toBe('7 passed, 1 failed')
  expect(lastLine(total([]))).toBe('0 passed, 0 failed')
})
