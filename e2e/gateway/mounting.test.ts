import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { writeMetadata } from '@chunkwise/protocol'
import { arvanVod, type Gateway } from '@chunkwise/server/gateway'
import { nodeListener } from '@chunkwise/server/node'
import { arvanVodDouble } from '@chunkwise/testing/doubles'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, expect, test } from 'vitest'
import { film } from './rig.ts'

// As the docs show it; in Next a route file exports the gateway under the names of the methods, which are functions of a request.

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listening(server: Server): Promise<string> {
  if (!server.listening) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const mounts: Readonly<Record<string, (gateway: Gateway) => Promise<string>>> = {
  'node:http': (gateway) => listening(createServer(nodeListener(gateway))),
  async Express(gateway) {
    const app = express()
    app.use(nodeListener(gateway))
    app.use(express.json())
    return listening(createServer(app))
  },
  async Fastify(gateway) {
    const app = fastify()
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, done) => done(null))
    app.all('/api/videos/*', (request, reply) => {
      reply.hijack()
      nodeListener(gateway)(request.raw, reply.raw)
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return listening(app.server)
  },
  async Hono(gateway) {
    const app = new Hono()
    app.all('/api/videos/*', (context) => gateway(context.req.raw))
    const listener = getRequestListener(app.fetch)
    return listening(createServer((incoming, outgoing) => void listener(incoming, outgoing)))
  },
}

test.each(Object.keys(mounts))('in %s a video goes through, from its creation to its finish', async (name) => {
  const host = arvanVodDouble()
  const gateway = arvanVod({
    ...{ apiKey: 'key', channelId: 'channel', follow: false },
    fetch: (input, init) => host(new Request(input, init)),
  })
  const origin = await mounts[name]?.(gateway)
  const tus = { 'Tus-Resumable': '1.0.0' }
  const created = await fetch(`${origin}/api/videos/`, {
    method: 'POST',
    headers: { ...tus, 'Upload-Length': '10', 'Upload-Metadata': writeMetadata(film) },
  })
  expect(created.status).toBe(201)
  const url = created.headers.get('Location') ?? ''
  expect(new URL(url).origin).toBe(origin)
  const sent = await fetch(url, {
    method: 'PATCH',
    headers: { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
    body: '0123456789',
  })
  expect([sent.status, sent.headers.get('Upload-Offset')]).toEqual([204, '10'])
  const finished = await fetch(`${url}/finalize`, { method: 'POST' })
  expect(await finished.json()).toMatchObject({ state: 'processing', size: 10 })
  expect(host.videos()).toHaveLength(1)
})
