import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nodeListener, type Mountable } from '@chunkwise/server/node'
import { setupServer } from 'msw/node'
import { afterEach, expect, test } from 'vitest'
import { uploadHandlers } from '../msw.ts'
import { djangoChunkedUploadDouble } from './django-chunked-upload.ts'
import { iriChunkedUploadsDouble } from './iri-chunked-uploads.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** Mounts a double on Node's http, and gives its origin. */
async function listen(double: Mountable): Promise<string> {
  const server: Server = createServer(nodeListener(double))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => new Promise((resolve) => server.close(resolve)))
  stops.push(() => server.closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Mounts a double inside Mock Service Worker, and gives an origin. */
async function mock(double: Mountable): Promise<string> {
  const worker = setupServer(...uploadHandlers({ owns: double.owns, fetch: double }))
  worker.listen({ onUnhandledRequest: 'error' })
  stops.push(() => worker.close())
  return 'http://uploads.example'
}

const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251)

test.each([
  ['Node’s http', listen],
  ['Mock Service Worker', mock],
])('behind %s, django-chunked-upload takes forms and finishes them', async (_, mount) => {
  const double = djangoChunkedUploadDouble()
  const origin = await mount(double)
  const send = async (start: number, end: number, id?: string) => {
    const form = new FormData()
    if (id !== undefined) form.append('upload_id', id)
    form.append('file', new File([bytes.subarray(start, end)], 'ä film.mp4', { type: 'video/mp4' }))
    const headers = { 'Content-Range': `bytes ${start}-${end - 1}/${bytes.length}` }
    const response = await fetch(`${origin}/api/chunked_upload/`, { method: 'POST', headers, body: form })
    return (await response.json()) as { upload_id: string; offset: number }
  }
  const { upload_id: id } = await send(0, 70_000)
  expect(await send(70_000, 200_000, id)).toMatchObject({ upload_id: id, offset: 200_000 })
  expect(double.uploads()).toMatchObject([{ filename: 'ä film.mp4' }])
  expect(Buffer.from(double.uploads()[0]?.bytes() ?? []).equals(bytes)).toBe(true)
  const wrong = await fetch(`${origin}/api/chunked_upload_complete/`, {
    ...{ method: 'POST', body: new URLSearchParams({ upload_id: id, md5: '0'.repeat(32) }) },
  })
  expect([wrong.status, await wrong.json()]).toEqual([400, { detail: 'md5 checksum does not match' }])
})

test.each([
  ['Node’s http', listen],
  ['Mock Service Worker', mock],
])('behind %s, django-chunked-uploads takes raw chunks and joins them', async (_, mount) => {
  const double = iriChunkedUploadsDouble()
  const origin = await mount(double)
  for (const [start, end] of [
    [0, 70_000],
    [70_000, 200_000],
  ] as const) {
    await fetch(`${origin}/chunked_uploads/upload/`, {
      method: 'POST',
      headers: {
        'Content-Range': `bytes ${start}-${end - 1}/${bytes.length}`,
        'Content-Disposition': 'attachment; filename="film.mp4"',
      },
      body: bytes.subarray(start, end),
    })
  }
  const [upload] = double.uploads()
  const done = await fetch(`${origin}/chunked_uploads/upload/done/${upload?.uuid}/`, { method: 'POST' })
  expect(await done.json()).toMatchObject([{ state: 'COMPLETE' }])
  expect(Buffer.from(upload?.bytes() ?? []).equals(bytes)).toBe(true)
})
