import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { createVideoHosts, type VideoHosts } from './video-hosts.ts'

const size = 100_000
const tus = { 'Tus-Resumable': '1.0.0' }

let hosts: VideoHosts
let server: Server
let origin: string

beforeEach(async () => {
  hosts = createVideoHosts((_request, response) => void response.writeHead(418).end())
  server = createServer(hosts.listen)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => void server.close(resolve))
  await hosts.close()
})

const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array<ArrayBuffer>) =>
  fetch(new URL(path, origin), {
    method,
    headers: { Authorization: 'Token ada', ...tus, ...headers },
    ...(body && { body }),
  })

const create = (host: string) =>
  ask('POST', `/api/${host}/`, {
    'Upload-Length': String(size),
    'Upload-Metadata': `filename ${btoa('film.mp4')},filetype ${btoa('video/mp4')}`,
  })

const send = (place: string) =>
  ask('PATCH', place, { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' }, new Uint8Array(size))

test.each([
  ['cloudflare', /^\/fake-hosts\/cloudflare\/tus\/[0-9a-f]{32}\?tusv2=true$/],
  ['arvan', /\/api\/arvan\/[0-9a-f]{32}$/],
])('%s: bytes go where the creation says, and the gateway finds them whole', async (host, where) => {
  const created = await create(host)
  const place = created.headers.get('Location') ?? ''
  expect([created.status, place]).toEqual([201, expect.stringMatching(where)])
  const sent = await send(place)
  expect([sent.status, sent.headers.get('Upload-Offset')]).toEqual([204, String(size)])
  const path = `/api/${host}/${created.headers.get('Upload-Id')}`
  const finished = await ask('POST', `${path}/finalize`)
  expect(await finished.json()).toMatchObject({ state: host === 'arvan' ? 'processing' : 'uploaded' })
  expect((await ask('GET', path, { Authorization: 'Token grace' })).status).toBe(404)
})

test.each(['cloudflare', 'arvan'])('%s refuses as many chunks as it is told to, and then takes them', async (host) => {
  const place = (await create(host)).headers.get('Location') ?? ''
  expect((await ask('PUT', `/fake-hosts/${host}/trouble`)).status).toBe(204)
  const statuses: number[] = []
  for (let count = 0; count < 4; count += 1) statuses.push((await send(place)).status)
  expect(statuses).toEqual([503, 503, 503, 204])
})

test('only what takes bytes is there for who has no key, and trouble is not made by a simple request', async () => {
  const all = [
    await ask('GET', '/fake-hosts/cloudflare/client/v4/accounts/account/stream'),
    await ask('GET', '/fake-hosts/arvan/vod/2.0/channels/channel/files'),
    await ask('POST', '/fake-hosts/arvan/trouble'),
    await ask('GET', '/elsewhere'),
  ]
  expect(all.map(({ status }) => status)).toEqual([404, 404, 405, 418])
})
