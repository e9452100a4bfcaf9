import { setupServer } from 'msw/node'
import { afterEach, expect, test } from 'vitest'
import { createFaultServer, type FaultServer } from './fault-server.ts'
import { uploadHandlers } from './msw.ts'

let stop = (): void => {}
afterEach(() => stop())

function listen(server: FaultServer): void {
  const worker = setupServer(...uploadHandlers(server))
  worker.listen({ onUnhandledRequest: 'error' })
  stop = () => worker.close()
}
const endpoint = 'http://localhost/api/uploads/'
const headers = { Accept: 'application/json' }

function put(url: string, start: number, body: string, total: number, signal?: AbortSignal): Promise<Response> {
  const form = new FormData()
  form.append('filename', 'ten.txt')
  form.append('file', new Blob([body]), 'ten.txt')
  const range = { 'Content-Range': `bytes ${start}-${start + body.length - 1}/${total}` }
  return fetch(url, { method: 'PUT', headers: { ...headers, ...range }, body: form, ...(signal ? { signal } : {}) })
}

test('the page’s own fetch meets the upload server', async () => {
  const server = createFaultServer()
  listen(server)
  const created = (await (await put(endpoint, 0, 'abcdefghij', 20)).json()) as { url: string }
  expect(await (await put(created.url, 10, 'klmnopqrst', 20)).json()).toMatchObject({ offset: 20 })
  expect(new TextDecoder().decode(await server.bytes(created.url))).toBe('abcdefghijklmnopqrst')
  const finish = await fetch(created.url, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ md5: '0'.repeat(32) }),
  })
  expect(finish.status).toBe(400)
  expect(server.story()).toEqual(['create 0-9/20', 'append 10-19/20', 'complete 400'])
})

test('faults reach it as a network’s do', async () => {
  const server = createFaultServer({
    script: ['lost', { fault: 'status', status: 503, headers: { 'Retry-After': '7' } }, 'html'],
  })
  listen(server)
  await expect(put(endpoint, 0, 'abcdefghij', 20)).rejects.toThrow('Failed to fetch')
  const busy = await fetch(endpoint, { headers })
  expect([busy.status, busy.headers.get('Retry-After')]).toEqual([503, '7'])
  expect((await fetch(endpoint, { headers })).headers.get('Content-Type')).toBe('text/html')
  expect(await (await fetch(endpoint, { headers })).json()).toMatchObject([{ offset: 10 }])
})

test('a request is given up', async () => {
  const server = createFaultServer({ script: [{ fault: 'delay', ms: 600_000 }] })
  listen(server)
  const stop = new AbortController()
  const sending = put(endpoint, 0, 'abcdefghij', 20, stop.signal)
  while (server.log.length === 0) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
})
