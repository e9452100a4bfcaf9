import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Reply } from '../types.ts'
import { xhrTransport } from './xhr.ts'

// What a browser does when it must, told event by event; the real one is asked in xhr.browser.test.ts.

const url = 'https://files.example/api/uploads/1/'

type Event = 'load' | 'error' | 'abort' | 'timeout' | 'loadend'

/** An `XMLHttpRequest` whose events are the test's to send. */
class FakeRequest {
  static last: FakeRequest
  upload = {}
  status = 0
  responseURL = ''
  responseText = ''
  aborted = false
  onload?: () => void
  onerror?: () => void
  onabort?: () => void
  ontimeout?: () => void
  onloadend?: () => void
  constructor() {
    FakeRequest.last = this
  }
  open(): void {}
  send(): void {}
  setRequestHeader(): void {}
  getAllResponseHeaders(): string {
    return ''
  }
  // As the standard has it: abort tells `abort` and `loadend` at once.
  abort(): void {
    this.aborted = true
    this.tell('abort', 'loadend')
  }
  answer(status: number): void {
    Object.assign(this, { status, responseURL: url, responseText: '{}' })
  }
  tell(...events: readonly Event[]): void {
    for (const event of events) this[`on${event}`]?.()
  }
}

beforeEach(() => void vi.stubGlobal('XMLHttpRequest', FakeRequest))
afterEach(() => vi.unstubAllGlobals())

const request = { method: 'PUT', url, headers: {}, credentials: 'same-origin', body: new Blob(['bytes']) } as const
const send = (signal: AbortSignal): Promise<Reply> => xhrTransport(request, { signal, onSent: () => {} })

describe('an end that nobody here asked for (F37)', () => {
  test.each<[string, readonly Event[]]>([
    ['an abort of its own, as Safari tells a lost connection', ['abort', 'loadend']],
    ['an error', ['error', 'loadend']],
    ['a limit of the system', ['timeout', 'loadend']],
    ['two ends, one after the other', ['error', 'abort', 'loadend', 'loadend']],
    ['an end and nothing before it', ['loadend']],
  ])('%s: the error network, and no abort', async (_, events) => {
    const sending = send(new AbortController().signal)
    FakeRequest.last.tell(...events)
    await expect(sending).rejects.toMatchObject({ code: 'network' })
  })

  test('an error after the answer changes nothing: the first end counts', async () => {
    const sending = send(new AbortController().signal)
    FakeRequest.last.answer(200)
    FakeRequest.last.tell('load', 'error', 'abort', 'loadend')
    expect(await sending).toMatchObject({ status: 200, text: '{}' })
  })

  test('our own abort is told as ours, whatever the browser calls it', async () => {
    const stop = new AbortController()
    const sending = send(stop.signal)
    stop.abort('enough')
    expect(FakeRequest.last.aborted).toBe(true)
    await expect(sending).rejects.toBe('enough')
  })

  test('a signal that ends later reaches no request that is over (I08)', async () => {
    const stop = new AbortController()
    const sending = send(stop.signal)
    FakeRequest.last.answer(200)
    FakeRequest.last.tell('load', 'loadend')
    await sending
    stop.abort()
    expect(FakeRequest.last.aborted).toBe(false)
  })
})
