import { describe, expect, test } from 'vitest'
import type { Reply } from '../types.ts'
import { xhrTransport } from './xhr.ts'

// The endpoint is a real server, see .config/sink.ts.
const at = (path: string): string => new URL(`/sink/${path}`, location.href).href
const MiB = 1024 * 1024

interface Sending {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: Blob | FormData
  readonly signal?: AbortSignal
  readonly onSent?: (bytes: number) => void
}
function send(
  path: string,
  { method = 'PUT', headers = {}, body, signal, onSent = () => {} }: Sending = {},
): Promise<Reply> {
  return xhrTransport(
    { method, url: at(path), headers, credentials: 'same-origin', body: body ?? new Blob(['bytes']) },
    { signal: signal ?? new AbortController().signal, onSent },
  )
}

test('sends method, headers and body, and gives the answer read whole', async () => {
  const reply = await send('', { headers: { 'Content-Range': 'bytes 0-4/5', 'X-Own': 'mine' } })
  expect(reply).toMatchObject({ status: 200, url: at('') })
  expect(JSON.parse(reply.text)).toMatchObject({
    method: 'PUT',
    bytes: 5,
    headers: { 'content-range': 'bytes 0-4/5', 'x-own': 'mine' },
  })
  expect(reply.header('X-Sink')).toBe('here')
  expect(reply.header('content-type')).toBe('application/json')
  expect(reply.header('X-None')).toBeUndefined()
})

test('what an answer says can still be read once its signal has ended', async () => {
  const over = new AbortController()
  const reply = await send('', { signal: over.signal }).finally(() => over.abort())
  expect(reply.header('X-Sink')).toBe('here')
})

test('a form goes out with its boundary', async () => {
  const form = new FormData()
  form.append('file', new Blob(['bytes']), 'name.txt')
  const { headers, bytes } = JSON.parse((await send('', { body: form })).text) as {
    headers: Record<string, string>
    bytes: number
  }
  expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  expect(bytes).toBeGreaterThan(5)
})

test.each([400, 401, 404, 413, 503])('an answer that refuses (%d) is an answer', async (status) => {
  expect(await send(`?status=${status}`)).toMatchObject({ status })
})

test('what goes out is told while it does, up to the last byte', async () => {
  const sent: number[] = []
  const body = new Blob([new Uint8Array(32 * MiB)])
  await send('?slowly', { body, onSent: (bytes) => sent.push(bytes) })
  expect(sent.length).toBeGreaterThan(1)
  expect(sent).toEqual(sent.toSorted((one, other) => one - other))
  expect(sent.at(-1)).toBe(body.size)
})

test('a connection that breaks is the error network (F01)', async () => {
  await expect(send('cut/', { body: new Blob([new Uint8Array(4 * MiB)]) })).rejects.toMatchObject({ code: 'network' })
})

describe('an aborted request', () => {
  test('rejects with the reason, and nothing more of it is told', async () => {
    const stop = new AbortController()
    const sent: number[] = []
    const body = new Blob([new Uint8Array(16 * MiB)])
    const first = new Promise<void>((resolve) => {
      void send('silent/', {
        body,
        signal: stop.signal,
        onSent: (bytes) => {
          sent.push(bytes)
          resolve()
        },
      }).catch((reason: unknown) => sent.push(reason === 'enough' ? -1 : -2))
    })
    await first
    stop.abort('enough')
    await expect.poll(() => sent.at(-1)).toBe(-1)
  })

  test('is not sent at all if it was aborted before', async () => {
    await expect(send('', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  })
})

test('an answer from another address than the one asked counts as none (F20)', async () => {
  await expect(send('portal/')).rejects.toMatchObject({ code: 'blocked' })
})

test('… but one that only adds a slash tells what is wrong with the endpoint', async () => {
  await expect(send('slash')).rejects.toMatchObject({
    code: 'redirected',
    message: expect.stringContaining(at('slash/')),
  })
})
