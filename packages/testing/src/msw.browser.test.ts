import { setupWorker } from 'msw/browser'
import { afterEach, expect, test } from 'vitest'
import { createFaultServer, type FaultServer } from './fault-server.ts'
import { uploadHandlers } from './msw.ts'

let stop = (): void => {}
afterEach(() => stop())

async function start(server: FaultServer): Promise<void> {
  const worker = setupWorker(...uploadHandlers(server))
  await worker.start({ quiet: true, onUnhandledRequest: 'bypass' })
  stop = () => worker.stop()
}

const endpoint = '/api/uploads/'
const headers = { Accept: 'application/json' }

function put(url: string, start: number, body: string, total: number): Promise<Response> {
  const form = new FormData()
  form.append('filename', 'ten.txt')
  form.append('file', new Blob([body]), 'ten.txt')
  const range = { 'Content-Range': `bytes ${start}-${start + body.length - 1}/${total}` }
  return fetch(url, { method: 'PUT', headers: { ...headers, ...range }, body: form })
}

test('the page’s own fetch meets the upload server, on the page’s own origin', async () => {
  const server = createFaultServer()
  await start(server)
  const created = (await (await put(endpoint, 0, 'abcdefghij', 20)).json()) as { url: string }
  expect(new URL(created.url).origin).toBe(location.origin)
  expect(await (await put(created.url, 10, 'klmnopqrst', 20)).json()).toMatchObject({ offset: 20 })
  expect(new TextDecoder().decode(await server.bytes(created.url))).toBe('abcdefghijklmnopqrst')
  const md5 = '0'.repeat(32)
  expect((await fetch(created.url, { method: 'POST', headers, body: new URLSearchParams({ md5 }) })).status).toBe(400)
  expect(server.story()).toEqual(['create 0-9/20', 'append 10-19/20', 'complete 400'])
})

test('faults reach it as a network’s do, and a cut leaves what had arrived', async () => {
  const server = createFaultServer()
  await start(server)
  const created = (await (await put(endpoint, 0, 'abcdefghij', 20)).json()) as { url: string }
  server.play(['drop', { fault: 'cut', after: 200 }, 503, 'html'])
  await expect(put(created.url, 10, 'klmnopqrst', 20)).rejects.toThrow(TypeError)
  await expect(put(created.url, 10, 'klmnopqrst', 20)).rejects.toThrow(TypeError)
  expect((await fetch(created.url, { headers })).status).toBe(503)
  expect((await fetch(created.url, { headers })).headers.get('Content-Type')).toBe('text/html')
  expect(await (await fetch(created.url, { headers })).json()).toMatchObject({ status: 1 })
})

test('an XMLHttpRequest meets it too', async () => {
  const server = createFaultServer({ script: [418] })
  await start(server)
  const status = await new Promise<number>((resolve) => {
    const request = new XMLHttpRequest()
    request.open('GET', endpoint)
    request.onload = () => resolve(request.status)
    request.send()
  })
  expect(status).toBe(418)
})
