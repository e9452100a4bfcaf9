import { expect, test } from 'vitest'
import { busiest, readStat } from './thread-cpu.ts'

test('a thread is read from its line, whatever its name holds', () => {
  const line = '42 (Chrome (IO) Thr) S 1 42 42 0 -1 4194624 9 0 0 0 150 50 0 0 20 0 9 0 77 0 0'
  expect(readStat(line)).toEqual({ id: 42, parent: 1, thread: 'Chrome (IO) Thr', seconds: 2 })
})

test('what is no line gives no thread', () => {
  expect(readStat('')).toBeUndefined()
})

test('only what was used in between counts, threads of one name as one', () => {
  const thread = (pid: number, thread: string, seconds: number) => ({ pid, thread, seconds })
  const before = new Map([['1/1', thread(1, 'main', 5)]])
  const after = new Map([
    ['1/1', thread(1, 'main', 6)],
    ['1/2', thread(1, 'pool', 2)],
    ['1/3', thread(1, 'pool', 3)],
  ])
  expect(busiest(before, after)).toEqual([thread(1, 'pool', 5), thread(1, 'main', 1)])
})
