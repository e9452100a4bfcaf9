import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followVideo } from './follow-video.ts'

const url = 'https://app.example/api/videos/x'
const video = (state: string, percent: number, more: object = {}) =>
  Response.json({ id: 'x', state, percent, playable: false, ...more })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Answers in their order, the last one for ever; and when each question came. */
function answering(answers: readonly (() => Response)[]) {
  const asked: number[] = []
  const began = Date.now()
  vi.stubGlobal('fetch', async () => {
    asked.push(Date.now() - began)
    return (answers[Math.min(asked.length, answers.length) - 1] ?? Response.error)()
  })
  return asked
}

test('it asks until the video is ready, tells what is new, and waits longer where nothing is', async () => {
  const asked = answering([
    ...[0, 0, 0, 50].map((percent) => () => video('processing', percent)),
    () => video('ready', 100, { asset: { id: 'x', hls: 'https://host.example/x.m3u8' } }),
  ])
  const told: number[] = []
  const done = followVideo(url, { onChange: ({ percent }) => told.push(percent) })
  await vi.runAllTimersAsync()
  expect(await done).toMatchObject({ state: 'ready', asset: { hls: 'https://host.example/x.m3u8' } })
  expect(told).toEqual([0, 50, 100])
  expect(asked).toEqual([0, 1000, 2500, 4750, 5750])
})

test.each([
  [() => video('failed', 0, { error: 'ERR_NON_VIDEO' }), 'refused', 'The video will not be ready: ERR_NON_VIDEO'],
  [() => video('expired', 0), 'refused', 'The video will not be ready: expired'],
  [() => new Response(null, { status: 404 }), 'gone', 'The video is not there any more'],
])('an end that is none to hope for is told at once', async (answer, code, message) => {
  answering([answer])
  await expect(followVideo(url)).rejects.toMatchObject({ code, message })
})

test('a server that is away is asked again, but not for ever', async () => {
  const away = (): Response => new Response(null, { status: 503 })
  answering([away, away, () => video('ready', 100)])
  const done = followVideo(url)
  await vi.runAllTimersAsync()
  expect(await done).toMatchObject({ state: 'ready' })
  const asked = answering([Response.error])
  const given = expect(followVideo(url)).rejects.toMatchObject({ code: 'server' })
  await vi.runAllTimersAsync()
  await given
  expect(asked).toHaveLength(10)
})

test('a signal ends it, also while it waits, and nothing is asked any more', async () => {
  const asked = answering([() => video('processing', 0)])
  const leave = new AbortController()
  const done = expect(followVideo(url, { signal: leave.signal })).rejects.toThrow('enough')
  await vi.advanceTimersByTimeAsync(1_500)
  leave.abort(new Error('enough'))
  await done
  await vi.runAllTimersAsync()
  expect(asked).toHaveLength(2)
})

test('credentials go along as they are told, anew each time', async () => {
  const sent: unknown[] = []
  vi.stubGlobal('fetch', async (_: unknown, init: RequestInit) => {
    sent.push([init.credentials, init.headers])
    return video(sent.length < 2 ? 'processing' : 'ready', 0)
  })
  let count = 0
  const done = followVideo(url, { credentials: 'include', headers: () => ({ Authorization: `Token ${(count += 1)}` }) })
  await vi.runAllTimersAsync()
  await done
  expect(sent).toEqual([
    ['include', { Authorization: 'Token 1' }],
    ['include', { Authorization: 'Token 2' }],
  ])
})
