import { expect, test } from 'vitest'
import { pageTasks, workByThread } from './trace.ts'

const task = (tid: number, tdur: number, name = 'RunTask') => ({ ph: 'X', name, pid: 7, tid, dur: tdur * 9, tdur })
const trace = JSON.stringify({
  traceEvents: [
    { ph: 'M', name: 'process_name', pid: 7, tid: 0, args: { name: 'Renderer' } },
    { ph: 'M', name: 'thread_name', pid: 7, tid: 1, args: { name: 'CrRendererMain' } },
    { ph: 'M', name: 'thread_name', pid: 7, tid: 2, args: { name: 'ThreadPoolForegroundWorker' } },
    task(1, 2000),
    task(1, 51_000),
    // Inside of a task, and so counted with it.
    task(1, 40_000, 'FunctionCall'),
    task(2, 80_000, 'ThreadPool_RunTask'),
    { ph: 'X', name: 'RunTask', pid: 7, tid: 1, dur: 900_000 },
  ],
})

test('tasks are added up by thread, by their CPU time, the busiest thread first', () => {
  expect(workByThread(trace)).toEqual([
    { thread: 'ThreadPoolForegroundWorker', process: 'Renderer', tasks: 1, cpuMs: 80, longestMs: 80 },
    { thread: 'CrRendererMain', process: 'Renderer', tasks: 2, cpuMs: 53, longestMs: 51 },
  ])
})

test('the task that left a mark is told from the others of the page', () => {
  const at = (ts: number, tdur: number, tid = 1) => ({ ph: 'X', name: 'RunTask', pid: 7, tid, ts, dur: 100, tdur })
  const events = [
    { ph: 'M', name: 'thread_name', pid: 7, tid: 1, args: { name: 'CrRendererMain' } },
    { ph: 'M', name: 'thread_name', pid: 7, tid: 2, args: { name: 'ThreadPoolForegroundWorker' } },
    ...[at(0, 4000), at(200, 90_000), at(400, 12_000), at(200, 300_000, 2)],
    { ph: 'I', name: 'adding', pid: 7, tid: 1, ts: 250 },
  ]
  const trace = JSON.stringify({ traceEvents: events })
  expect(pageTasks(trace, 'adding')).toEqual({ markedMs: 90, longestMs: 12 })
  expect(pageTasks(trace, 'another')).toEqual({ markedMs: undefined, longestMs: 90 })
})
