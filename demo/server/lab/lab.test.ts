import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'

import type { LabState } from '../../src/lab/state.ts'
import { createLab, type Lab } from './lab.ts'

const upload = createServer((incoming, outgoing) => {
  incoming.resume().on('end', () => outgoing.end('stored'))
})
const front = createServer((request, response) => lab.listen(request, response))
let lab: Lab
let origin: string
let opened: number

beforeEach(async () => {
  opened = 0
  for (const each of [upload, front]) await once(each.listen(0, '127.0.0.1'), 'listening')
  const { port } = upload.address() as AddressInfo
  origin = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
  const started = async (): Promise<void> => void (opened += 1)
  const nothing = async (): Promise<void> => {}
  lab = createLab(
    () => ({ port, process: 4242, kills: 0, open: started, kill: nothing, forget: nothing, close: nothing }),
    (_request, response) => void response.writeHead(418).end(),
  )
})

afterEach(async () => {
  await lab.close()
  for (const each of [front, upload]) {
    each.closeAllConnections()
    await once(each.close(), 'close')
  }
})

const ask = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(origin + path, { method, body: body === undefined ? null : JSON.stringify(body) })

/** The first state that is told which is as asked for. */
async function stateWith(fits: (state: LabState) => boolean): Promise<LabState> {
  const response = await ask('GET', '/lab/state')
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  for await (const event of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const state = JSON.parse(event.replace(/^data: /, '')) as LabState
    if (fits(state)) return state
  }
  throw new Error('The laboratory has stopped to tell')
}

test('a page is told at once how things are, and again when they have changed', async () => {
  const first = await stateWith(() => true)
  expect(first).toMatchObject({ requests: [], server: { process: 4242, kills: 0 } })
  const changed = stateWith(({ requests }) => requests[0]?.outcome === 'answered')
  await ask('PUT', '/lab/api/uploads/', 'a chunk')
  expect((await changed).requests).toMatchObject([{ number: 1, kind: 'create', status: 200 }])
  await ask('DELETE', '/lab/requests')
  expect((await stateWith(() => true)).requests).toEqual([])
})

test('a fault that is switched on meets the next request that fits, and is off then', async () => {
  const entry = { fault: 'status', status: 503 }
  expect((await ask('PUT', '/lab/switches/busy', entry)).status).toBe(204)
  expect((await stateWith(() => true)).switches).toMatchObject({ busy: { entry, left: 1 } })
  expect((await ask('GET', '/lab/api/uploads/')).status).toBe(503)
  expect(await (await ask('GET', '/lab/api/uploads/')).text()).toBe('stored')
})

test('all is slow from the beginning, until that is switched off', async () => {
  expect(Object.keys((await stateWith(() => true)).switches)).toEqual(['slow'])
  await ask('DELETE', '/lab/switches/slow')
  expect((await stateWith(() => true)).switches).toEqual({})
})

test.each([
  [{ fault: 'oops' }, 'expected "fault" to be one of ok, drop'],
  [undefined, 'JSON'],
])('what is no fault is refused with the reason: %j', async (body, reason) => {
  const response = await ask('PUT', '/lab/switches/cut', body)
  expect(response.status).toBe(400)
  expect(await response.text()).toContain(reason)
})

test('another site cannot switch anything: what changes something is asked for beforehand, and never allowed', async () => {
  for (const path of ['/lab/switches/cut', '/lab/requests']) {
    const preflight = await ask('OPTIONS', path)
    expect(preflight.ok).toBe(false)
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
    expect((await ask('POST', path, { fault: 'drop' })).ok).toBe(false)
  }
})

test('every other path is not ours, and the server is started when it is first needed', async () => {
  for (const path of ['/', '/lab.html', '/lab/', '/lab/apiuploads', '/api/uploads/']) {
    expect((await ask('GET', path)).status).toBe(418)
  }
  expect(opened).toBe(0)
  await ask('GET', '/lab/api/uploads/')
  expect(opened).toBe(1)
})
