import { createFakeClock } from '@chunkwise/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createSender } from './request.ts'
import type { Reply, TransportRequest } from './types.ts'

const endpoint = 'https://files.example/api/uploads/'
const { signal } = new AbortController()
const options = { signal, onSent: () => {} }
const reply = (status: number, headers: Record<string, string> = {}): Reply => ({
  ...{ status, url: endpoint, text: '' },
  header: (name) => headers[name],
})

function rig(settings: Partial<Parameters<typeof createSender>[0]> = {}, answers: readonly Reply[] = []) {
  const clock = createFakeClock()
  const sent: (TransportRequest & { readonly at: number })[] = []
  const left = [...answers]
  const begun = clock.now()
  const sender = createSender({
    ...{ endpoint, clock, credentials: 'same-origin', csrf: undefined, bandwidthLimit: Infinity },
    headers: () => Promise.resolve({}),
    transport: (request) => {
      sent.push({ ...request, at: clock.now() - begun })
      return Promise.resolve(left.shift() ?? reply(200))
    },
    ...settings,
  })
  return { sender, sent, clock }
}
const get = { method: 'GET', url: `${endpoint}1/` }

describe('what the app sends', () => {
  test('goes with every request to the endpoint’s origin, asked for afresh each time', async () => {
    let count = 0
    const headers = (): Promise<Record<string, string>> => Promise.resolve({ Authorization: `Token ${(count += 1)}` })
    const { sender, sent } = rig({ headers, credentials: 'include' })
    await sender.send({ ...get, headers: { Accept: 'application/json' } }, options)
    await sender.send(get, options)
    expect(sent.map((request) => request.headers)).toEqual([
      { Authorization: 'Token 1', Accept: 'application/json' },
      { Authorization: 'Token 2' },
    ])
    expect(sent[0]?.credentials).toBe('include')
  })

  test('stays at home: another origin gets neither headers, nor token, nor credentials', async () => {
    const headers = vi.fn<() => Promise<Record<string, string>>>(() => Promise.resolve({ Authorization: 'Token 1' }))
    const { sender, sent } = rig({
      headers,
      credentials: 'include',
      csrf: { cookie: 'csrftoken', header: 'X-CSRFToken' },
    })
    vi.stubGlobal('document', { cookie: 'csrftoken=secret' })
    await sender.send({ method: 'PUT', url: 'https://storage.example/part', headers: { 'X-Own': '1' } }, options)
    expect(sent).toMatchObject([{ headers: { 'X-Own': '1' }, credentials: 'omit' }])
    expect(Object.keys(sent[0]?.headers ?? {})).toEqual(['X-Own'])
    expect(headers).not.toHaveBeenCalled()
  })

  test('may fail: then the upload wants credentials', async () => {
    const { sender, sent } = rig({ headers: () => Promise.reject(new Error('No token')) })
    await expect(sender.send(get, options)).rejects.toMatchObject({
      code: 'unauthorized',
      cause: { message: 'No token' },
    })
    expect(sent).toEqual([])
  })

  test('the token against forged requests is read afresh, since sites rotate it', async () => {
    const page = { cookie: 'a=1; csrftoken=one' }
    vi.stubGlobal('document', page)
    const { sender, sent } = rig({ csrf: { cookie: 'csrftoken', header: 'X-CSRFToken' } })
    await sender.send(get, options)
    page.cookie = 'csrftoken=two'
    await sender.send(get, options)
    expect(sent.map((request) => request.headers['X-CSRFToken'])).toEqual(['one', 'two'])
  })
  afterEach(() => vi.unstubAllGlobals())
})

describe('a server that asks for a pause means all requests (F13)', () => {
  test.each([
    [429, { 'Retry-After': '7' }, 7000],
    [503, { 'Retry-After': '7' }, 7000],
    [503, { 'Retry-After': 'Fri, 21 Nov 2025 07:28:10 GMT', Date: 'Fri, 21 Nov 2025 07:28:00 GMT' }, 10_000],
    [503, { 'Retry-After': '-5' }, 0],
    [503, {}, 0],
    [500, { 'Retry-After': '7' }, 0],
  ])('%d with %j holds the next one for %d ms', async (status, headers, ms) => {
    const { sender, sent, clock } = rig({}, [reply(status, headers)])
    await sender.send(get, options)
    await clock.run(sender.send(get, options))
    expect(sent[1]?.at).toBe(ms)
  })

  test('who waits and finds that it has asked for more waits on', async () => {
    const { sender, sent, clock } = rig({}, [reply(503, { 'Retry-After': '5' }), reply(503, { 'Retry-After': '5' })])
    await sender.send(get, options)
    const first = sender.send(get, options)
    await clock.advance(2000)
    const second = sender.send(get, options)
    await clock.run(Promise.all([first, second]))
    expect(sent.map(({ at }) => at)).toEqual([0, 5000, 10_000])
  })

  test('a wait ends with its signal', async () => {
    const { sender, sent, clock } = rig({}, [reply(503, { 'Retry-After': '5' })])
    await sender.send(get, options)
    const stop = new AbortController()
    const waiting = expect(sender.send(get, { ...options, signal: stop.signal })).rejects.toBe('enough')
    stop.abort('enough')
    await waiting
    expect(sent).toHaveLength(1)
    expect(clock.sleepers()).toBe(0)
  })
})

test('a request that is given up while its headers are asked for is not sent (rule 2)', async () => {
  const stop = new AbortController()
  const headers = (): Promise<Record<string, string>> => {
    stop.abort('enough')
    return Promise.resolve({})
  }
  const { sender, sent } = rig({ headers })
  await expect(sender.send(get, { ...options, signal: stop.signal })).rejects.toBe('enough')
  expect(sent).toEqual([])
})

test('an answer that comes after the signal is not one (rule 2)', async () => {
  const stop = new AbortController()
  const { sender } = rig({
    transport: () => {
      stop.abort('enough')
      return Promise.resolve(reply(200))
    },
  })
  await expect(sender.send(get, { ...options, signal: stop.signal })).rejects.toBe('enough')
})

test('a limited rate makes bytes wait for bytes, of all uploads, and nothing else', async () => {
  const { sender, sent, clock } = rig({ bandwidthLimit: 1000 })
  const put = (carries: number): Promise<Reply> => sender.send({ ...get, method: 'PUT', carries }, options)
  await clock.run(Promise.all([put(2000), put(500), sender.send(get, options), put(1)]))
  expect(sent.map(({ method, carries, at }) => [method, carries, at])).toEqual([
    ['PUT', 2000, 0],
    ['GET', undefined, 0],
    ['PUT', 500, 2000],
    ['PUT', 1, 2500],
  ])
  // What was not used is not saved up.
  await clock.advance(60_000)
  await clock.run(Promise.all([put(3000), put(1)]))
  expect(sent.slice(4).map(({ at }) => at)).toEqual([62_500, 65_500])
})

test('who waits for its share of a limited rate leaves off at once', async () => {
  const { sender, sent } = rig({ bandwidthLimit: 1000 })
  const leaving = new AbortController()
  await sender.send({ ...get, carries: 5000 }, options)
  const waiting = sender.send({ ...get, carries: 1 }, { ...options, signal: leaving.signal })
  leaving.abort(new Error('paused'))
  await expect(waiting).rejects.toThrow('paused')
  expect(sent).toHaveLength(1)
})
