import { describe, expect, test } from 'vitest'
import { createFakeClock } from '@chunkwise/testing'
import type { Reply, Transport, TransportRequest } from './types.ts'
import { watched } from './watchdog.ts'

const request: TransportRequest = {
  method: 'PUT',
  url: 'https://example.com/',
  headers: {},
  credentials: 'omit',
  carries: 1000,
}
const reply: Reply = { status: 200, url: request.url, text: '', header: () => undefined }

function rig() {
  const clock = createFakeClock()
  const stop = new AbortController()
  let sent = (_: number): void => {}
  let answer = (_: Reply): void => {}
  let aborted = false
  const transport: Transport = (_, { signal, onSent }) =>
    new Promise((resolve, reject) => {
      sent = onSent
      answer = resolve
      signal.addEventListener('abort', () => {
        aborted = true
        reject(signal.reason)
      })
    })
  const heard: number[] = []
  const outcome = watched(transport, clock)(request, { signal: stop.signal, onSent: (bytes) => void heard.push(bytes) })
  outcome.catch(() => {})
  return {
    clock,
    stop,
    outcome,
    heard,
    sent: (bytes: number) => sent(bytes),
    answer: () => answer(reply),
    aborted: () => aborted,
  }
}

describe('a request (F05)', () => {
  test('may take for ever while bytes move', async () => {
    const { clock, outcome, sent, answer, heard } = rig()
    for (let bytes = 1; bytes < 100; bytes++) {
      await clock.advance(29_000)
      sent(bytes)
    }
    answer()
    await expect(outcome).resolves.toBe(reply)
    expect(heard).toHaveLength(99)
    expect(clock.sleepers()).toBe(0)
  })

  test('is given up when nothing moves for 30 s, and the transport is told', async () => {
    const { clock, outcome, sent, aborted } = rig()
    sent(10)
    await clock.advance(30_001)
    expect(aborted()).toBe(true)
    await expect(outcome).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('30 s') })
    expect(aborted()).toBe(true)
  })

  test('has longer for the answer once everything has gone out (F23)', async () => {
    const { clock, outcome, sent, aborted } = rig()
    sent(1000)
    await clock.advance(59_000)
    expect(aborted()).toBe(false)
    await clock.advance(2_000)
    expect(aborted()).toBe(true)
    await expect(outcome).rejects.toMatchObject({ code: 'timeout' })
  })

  test('without any sign of progress has one limit for all (F80)', async () => {
    const { clock, outcome, answer } = rig()
    await clock.advance(80_000)
    answer()
    await expect(outcome).resolves.toBe(reply)
  })

  test('of which only the beginning is told, as behind a service worker, has that limit too (F80)', async () => {
    const { clock, outcome, sent, answer, heard } = rig()
    sent(0)
    await clock.advance(80_000)
    answer()
    await expect(outcome).resolves.toBe(reply)
    expect(heard).toEqual([0])
  })

  test('ends with the signal of who asked, and leaves no timer behind (I08)', async () => {
    const { clock, stop, outcome } = rig()
    stop.abort(new Error('paused'))
    await expect(outcome).rejects.toThrow('paused')
    expect(clock.sleepers()).toBe(0)
  })
})
