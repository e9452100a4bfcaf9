import { expect, test } from 'vitest'
import { pageCpuBetween } from './page-cpu.ts'

test('the time of a page is of its first thread, the time of its workers of the threads that have their name', () => {
  const thread = (thread: string, seconds: number, pid = 7) => ({ pid, thread, seconds })
  const before = new Map([['7/7', thread('chromium', 5)]])
  const after = new Map([
    ['7/7', thread('chromium', 6)],
    ['7/8', thread('ThreadPoolForeg', 4)],
    ['7/9', thread('DedicatedWorker', 2)],
    ['8/8', thread('chromium', 0.5, 8)],
  ])
  expect(pageCpuBetween(before, after)).toEqual({ page: 1.5, worker: 2 })
})
