import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isOnline, watchNetwork } from './network.ts'

afterEach(() => vi.unstubAllGlobals())

test.each([
  [undefined, true],
  [{}, true],
  [{ onLine: true }, true],
  [{ onLine: false }, false],
])('with navigator %j the browser’s word is: online %s', (navigator, online) => {
  vi.stubGlobal('navigator', navigator)
  expect(isOnline()).toBe(online)
})

test('without a window there is nothing to watch', () => {
  expect(watchNetwork(() => {})).toBeTypeOf('function')
})

describe('trying at once may pay (F27)', () => {
  const page = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const connection = new EventTarget()
  beforeEach(() => {
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('document', document)
    vi.stubGlobal('navigator', { connection })
    document.visibilityState = 'visible'
  })

  test.each<[string, EventTarget, string]>([
    ['the browser is online again', page, 'online'],
    ['the page comes back from the cache', page, 'pageshow'],
    ['the page becomes visible', document, 'visibilitychange'],
    ['the connection is another', connection, 'change'],
  ])('when %s, until nobody watches any more', (_, target, type) => {
    const onWake = vi.fn<() => void>()
    const stop = watchNetwork(onWake)
    target.dispatchEvent(new Event(type))
    expect(onWake).toHaveBeenCalledOnce()
    stop()
    target.dispatchEvent(new Event(type))
    expect(onWake).toHaveBeenCalledOnce()
  })

  test('not when the page is hidden', () => {
    const onWake = vi.fn<() => void>()
    const stop = watchNetwork(onWake)
    document.visibilityState = 'hidden'
    document.dispatchEvent(new Event('visibilitychange'))
    stop()
    expect(onWake).not.toHaveBeenCalled()
  })

  test('a browser without a Connection has the rest', () => {
    vi.stubGlobal('navigator', {})
    const onWake = vi.fn<() => void>()
    const stop = watchNetwork(onWake)
    page.dispatchEvent(new Event('online'))
    stop()
    expect(onWake).toHaveBeenCalledOnce()
  })
})
