import { expect, test } from 'vitest'

import { slowly } from './slowly.ts'

const take = slowly(
  async (request) =>
    Response.json([request.method, request.headers.get('Upload-Offset'), (await request.arrayBuffer()).byteLength]),
  200_000,
)

test('bytes take their time, and come as they were sent', async () => {
  const began = performance.now()
  const headers = { 'Upload-Offset': '7' }
  const request = new Request('http://host.example/', { method: 'PATCH', headers, body: new Uint8Array(40_000) })
  expect(await (await take(request)).json()).toEqual(['PATCH', '7', 40_000])
  expect(performance.now() - began).toBeGreaterThanOrEqual(195)
})

test('a request without a body is passed on as it is', async () => {
  expect(await (await take(new Request('http://host.example/'))).json()).toEqual(['GET', null, 0])
})
