import { readMetadata } from '@chunkwise/protocol'
import { expect, test } from 'vitest'
import { facts, reply, scripted } from '../../test/scripted.ts'
import { visits } from '../../test/visits.ts'
import { beginPace, nextChunk } from '../chunk-size.ts'
import { cloudflareStream, supabase, vimeo } from './tus-presets.ts'
import type { TusOptions } from './tus-options.ts'
import { tus } from './tus.ts'

const MiB = 1024 * 1024
const chunkOf = (options: TusOptions, offset: number, size: number, chunkSize: number | 'auto' = 'auto'): number =>
  nextChunk(beginPace(chunkSize), tus(options).far.chunk, offset, size)

test('Cloudflare Stream: 5 to 200 MiB in steps of 256 KiB, but for the last', () => {
  expect(chunkOf(cloudflareStream, 0, 1000 * MiB)).toBe(8 * MiB)
  expect(chunkOf(cloudflareStream, 0, 1000 * MiB, 100_000)).toBe(5 * MiB)
  expect(chunkOf(cloudflareStream, 0, 1000 * MiB, 6_000_000)).toBe(5 * MiB + 512 * 1024)
  expect(chunkOf(cloudflareStream, 0, 1000 * MiB, 900 * MiB)).toBe(200 * MiB)
  expect(chunkOf(cloudflareStream, 8 * MiB, 8 * MiB + 7)).toBe(7)
})

test.each([
  [cloudflareStream, 'https://upload.videodelivery.net/tus/a1?tusv2=true'],
  [cloudflareStream, 'https://edge-production.gateway.api.cloudflarestream.com/a1'],
  [vimeo, 'https://asia-files.tus.vimeo.com/files/vimeo-prod/a1'],
])('a host that is named may be where uploads lie', async (preset, named) => {
  const { tools } = scripted('https://app.example/videos', [reply(201, { Location: named })])
  expect(await tus(preset).create(facts, undefined, tools)).toMatchObject({ session: { url: named } })
})

test('Supabase: chunks of exactly 6 MiB, the first with the creation, and names as it has them', async () => {
  expect(chunkOf(supabase, 0, 100 * MiB)).toBe(6 * MiB)
  expect(tus(supabase).far.first).toBe(Infinity)
  const { tools, headers } = scripted('https://p.supabase.co/storage/v1/upload/resumable', [
    reply(201, { Location: 'a' }),
  ])
  await tus(supabase).create({ ...facts, metadata: { bucketName: 'films' } }, undefined, tools)
  expect({ ...readMetadata(headers(0)['Upload-Metadata'] ?? '') }).toEqual({
    ...{ objectName: facts.name, contentType: facts.type, bucketName: 'films' },
  })
})

test('chunks that must not be smaller are not tried again and again after a 413', async () => {
  const refusing = async (request: Request): Promise<Response> => {
    const offset = { 'Upload-Offset': '0', 'Tus-Resumable': '1.0.0', 'Upload-Length': '300000' }
    if (request.method === 'POST') return new Response(null, { status: 201, headers: { Location: 'a1' } })
    return request.method === 'HEAD' ? new Response(null, { headers: offset }) : new Response(null, { status: 413 })
  }
  for (const chunk of [{ exact: 200_000 }, { min: 200_000 }, { multipleOf: 200_000 }]) {
    const { visit, end, network } = visits({
      endpoint: 'https://files.example/files/',
      protocol: () => tus({ chunk }),
      server: () => ({ fetch: refusing, finished: async () => [], forget: async () => {}, signIn: () => {} }),
    })
    const state = await end(visit().uploader.add(new File([new Uint8Array(300_000)], 'a.mp4')))
    expect(state).toMatchObject({ status: 'failed', error: { code: 'too-large' } })
    expect(network.log).toHaveLength(2)
  }
})

test("the app's credentials stay at home: another origin gets what tus says, and nothing else", async () => {
  const host = 'https://upload.videodelivery.net/a1'
  const { visit, end, network } = visits({
    endpoint: 'https://app.example/videos',
    protocol: () => tus(cloudflareStream),
    server: () => ({
      async fetch(request) {
        if (request.method === 'POST') return new Response(null, { status: 201, headers: { Location: host } })
        return new Response(null, { status: 204, headers: { 'Upload-Offset': '7', 'Tus-Resumable': '1.0.0' } })
      },
      ...{ finished: async () => [], forget: async () => {}, signIn: () => {} },
    }),
  })
  const { uploader } = visit({ headers: { Authorization: 'Bearer secret' }, credentials: 'include' })
  expect(await end(uploader.add(new File(['0123456'], 'a.mp4')))).toMatchObject({
    status: 'completed',
    verified: false,
  })
  expect(network.requests.map(({ url, credentials }) => [new URL(url).origin, credentials])).toEqual([
    ['https://app.example', 'include'],
    ['https://upload.videodelivery.net', 'omit'],
  ])
  expect(network.requests.map(({ headers }) => headers['Authorization'])).toEqual(['Bearer secret', undefined])
})
