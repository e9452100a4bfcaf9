import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  cloudflareStream,
  createUploader,
  fetchTransport,
  memoryStore,
  tus,
  type UploaderOptions,
} from '@chunkwise/client'
import { writeMetadata } from '@chunkwise/protocol'
import { nodeListener } from '@chunkwise/server/node'
import { arvanVodDouble, cloudflareStreamDouble } from '@chunkwise/testing/doubles'
import { afterEach, expect, test, vi } from 'vitest'
import { MiB } from './rig.ts'

// Apps that have endpoints of their own before a host, as two Django apps have: the client works with these as they are.

const closing: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllGlobals()
  for (const close of closing.splice(0)) await close()
})

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An app whose endpoints are functions of a request. */
const appOf = (answer: (request: Request) => Promise<Response>): RequestListener =>
  nodeListener(Object.assign(answer, { owns: () => true }))

const bytes = Uint8Array.from({ length: 12 * MiB }, (_, index) => index % 251)
const md5 = createHash('md5').update(bytes).digest('hex')

async function send(origin: string, options: Pick<UploaderOptions, 'protocol' | 'endpoint'>): Promise<void> {
  vi.stubGlobal('location', new URL(origin))
  const uploader = createUploader({ store: memoryStore(), transport: fetchTransport, checksum: false, ...options })
  await uploader.add(new File([bytes], 'film.mp4', { type: 'video/mp4' })).finished
}

test('an app that passes the creation on, and answers with the host’s address and headers', async () => {
  const finished: string[] = []
  const opened: { host?: ReturnType<typeof cloudflareStreamDouble> } = {}
  const at = await listen((incoming, outgoing) => opened.host && nodeListener(opened.host)(incoming, outgoing))
  const uploadOrigin = at.replace('127.0.0.1', 'localhost')
  const host = cloudflareStreamDouble({ uploadOrigin })
  opened.host = host
  const app = await listen(
    appOf(async (request) => {
      if (new URL(request.url).pathname === '/finished') {
        finished.push(await request.text())
        return new Response(null, { status: 204 })
      }
      const { headers } = request
      const passed = ['Tus-Resumable', 'Upload-Length', 'Upload-Metadata'].map((name) => [
        name,
        headers.get(name) ?? '',
      ])
      const made = await host(
        new Request('https://api.cloudflare.com/client/v4/accounts/account/stream?direct_user=true', {
          method: 'POST',
          headers: { ...Object.fromEntries(passed), Authorization: 'Bearer token', 'Upload-Creator': 'ada' },
        }),
      )
      const told = ['Location', 'Stream-Media-Id'].map((name) => [name, made.headers.get(name) ?? ''])
      return new Response(null, { status: 201, headers: Object.fromEntries(told) })
    }),
  )
  const protocol = tus({ ...cloudflareStream, origins: [uploadOrigin] })
  await send(app, { protocol, endpoint: `${app}/upload/` })
  const [video] = host.videos()
  // The app's own finish, by its own call.
  await fetch(`${app}/finished`, { method: 'POST', body: video?.uid ?? '' })
  expect(video).toMatchObject({ offset: 12 * MiB, creator: 'ada' })
  expect(await video?.md5()).toBe(md5)
  expect(finished).toEqual([video?.uid])
  expect(host.leaks()).toEqual([])
})

test('an app that creates by a call of its own, passes each chunk on, and makes the video by another call', async () => {
  const host = arvanVodDouble()
  const key = { Authorization: 'Apikey key', 'Tus-Resumable': '1.0.0' }
  const api = 'https://napi.arvancloud.ir/vod/2.0/channels/channel'
  let place = ''
  const app = await listen(
    appOf(async (request) => {
      const { method, headers } = request
      const { pathname } = new URL(request.url)
      if (pathname === '/initiate/') {
        const metadata = writeMetadata({ filename: 'film.mp4', filetype: 'video/mp4' })
        const told = { ...key, 'Upload-Length': await request.text(), 'Upload-Metadata': metadata }
        place =
          (await host(new Request(`${api}/files`, { method: 'POST', headers: told }))).headers.get('Location') ?? ''
        return Response.json({ upload_url: '/chunk/' })
      }
      if (pathname === '/save/') {
        const json = { title: 'film', convert_mode: 'auto', file_id: place.split('/').at(-1) }
        return host(new Request(`${api}/videos`, { method: 'POST', headers: key, body: JSON.stringify(json) }))
      }
      const passed = ['Upload-Offset', 'Content-Type', 'Content-Length'].flatMap((name) => {
        const value = headers.get(name)
        return value === null ? [] : [[name, value]]
      })
      const init: RequestInit = { method, headers: { ...key, ...Object.fromEntries(passed) } }
      if (request.body) Object.assign(init, { body: request.body, duplex: 'half' })
      return host(new Request(place, init))
    }),
  )
  const protocol = tus({
    async uploadUrl({ size }) {
      const answer = await fetch(`${app}/initiate/`, { method: 'POST', body: String(size) })
      const { upload_url: url } = (await answer.json()) as { upload_url: string }
      return url
    },
  })
  await send(app, { protocol, endpoint: `${app}/videos/` })
  expect((await fetch(`${app}/save/`, { method: 'POST' })).status).toBe(201)
  expect(await Promise.all(host.videos().map(({ file }) => file.md5()))).toEqual([md5])
})
