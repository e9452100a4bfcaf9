import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createUploadHandler } from '@chunkwise/server'
import { diskStore, nodeListener } from '@chunkwise/server/node'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { keptFiles } from './kept-files.ts'

const name = `it's "one" & <b>.html`
const text = '<script>alert(1)</script>'
const md5 = createHash('md5').update(text).digest('hex')

let dir: string
let server: Server
let origin: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kept-'))
  const store = diskStore({ dir })
  const handler = createUploadHandler({ store })
  const listen = nodeListener(handler)
  const kept = keptFiles(store, (_request, response) => void response.writeHead(418).end())
  server = createServer((request, response) => listen(request, response, () => kept(request, response)))
  server.once('close', () => void handler.close())
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => void server.close(resolve))
  await rm(dir, { recursive: true })
})

async function put(): Promise<string> {
  const body = new FormData()
  body.set('filename', name)
  body.set('file', new File([text], name, { type: 'text/html' }))
  const headers = { 'Content-Range': `bytes 0-${text.length - 1}/${text.length}` }
  const answer = await fetch(`${origin}/api/uploads/`, { method: 'PUT', body, headers })
  const { id } = (await answer.json()) as { id: string }
  return id
}

async function finish(id: string): Promise<void> {
  const body = new FormData()
  body.set('md5', md5)
  const answer = await fetch(`${origin}/api/uploads/${id}/`, { method: 'POST', body })
  expect(answer.status).toBe(200)
}

test('a finished file is told of and given back, as an attachment that can do nothing (S27)', async () => {
  const id = await put()
  await finish(id)
  const facts = await fetch(`${origin}/kept/${id}/`)
  expect(await facts.json()).toEqual({ md5, path: expect.stringContaining(dir) })
  const file = await fetch(`${origin}/kept/${id}/file`)
  expect(await file.text()).toBe(text)
  expect(Object.fromEntries(file.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''it%27s%20%22one%22%20%26%20%3Cb%3E.html`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  })
})

test('an unfinished file is not given back', async () => {
  const id = await put()
  expect((await fetch(`${origin}/kept/${id}/file`)).status).toBe(404)
})

test('an unknown id is 404, and every other path is not ours', async () => {
  expect((await fetch(`${origin}/kept/00000000-0000-4000-8000-000000000000/`)).status).toBe(404)
  expect((await fetch(`${origin}/kept/..%2f..%2fetc%2fpasswd/file`)).status).toBe(418)
})
