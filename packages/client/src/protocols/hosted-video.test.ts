import { describe, expect, test } from 'vitest'
import { facts, reply, scripted } from '../../test/scripted.ts'
import type { Reply } from '../types.ts'
import { hostedVideo } from './hosted-video.ts'
import { cloudflareStream } from './tus-presets.ts'
import { tus } from './tus.ts'

const endpoint = 'https://app.example/api/videos/'
const id = '0123456789abcdef0123456789abcdef'
const video = `${endpoint}${id}`
const place = 'https://upload.videodelivery.net/tus/x?tusv2=true'
const marks = { 'Tus-Resumable': '1.0.0' }
const said = (status: number, headers: Record<string, string> = {}, text = ''): Reply =>
  reply(status, { ...marks, ...headers }, text)
const state = (name: string) => said(200, {}, JSON.stringify({ id, state: name, percent: 0, playable: false }))
const chunk = { offset: 0, body: new Blob(['x'.repeat(facts.size)]) }

const direct = (answers: readonly (Reply | Error)[]) => ({
  ...scripted(endpoint, answers),
  protocol: hostedVideo(tus(cloudflareStream)),
})
const proxied = (answers: readonly (Reply | Error)[]) => ({
  ...scripted(endpoint, answers),
  protocol: hostedVideo(tus()),
})

describe('where the host takes the bytes itself', () => {
  const created = said(201, { Location: place, 'Content-Location': video, 'Upload-Id': id })
  const session = { url: place, marked: false, video }

  test('they go to its address, and everything else to the gateway', async () => {
    const { protocol, tools, log, sent } = direct([
      created,
      said(204, { 'Upload-Offset': String(facts.size) }),
      state('uploaded'),
      said(204),
    ])
    const begun = await protocol.create(facts, undefined, tools)
    expect(begun).toEqual({ session, offset: 0 })
    // The last byte is not the end: the gateway says what it has become.
    expect(await protocol.append(session, facts, chunk, tools)).toEqual({ offset: facts.size })
    expect(await protocol.complete(session, facts, undefined, tools)).toEqual({
      ...{ url: video, verified: false },
      answer: { id, state: 'uploaded', percent: 0, playable: false },
    })
    expect(await protocol.terminate(session, tools)).toBe(true)
    expect(log()).toEqual([
      'POST /api/videos/',
      'PATCH /tus/x',
      `POST /api/videos/${id}/finalize`,
      `DELETE /api/videos/${id}`,
    ])
    expect(sent[1]?.url).toBe(place)
  })

  test('an upload that the host has lost is gone, also if it says so without a mark of tus', async () => {
    const { protocol, tools } = direct([created, reply(404, {}, 'not found')])
    const begun = await protocol.create(facts, undefined, tools)
    expect(await protocol.offset(begun.session, facts, tools)).toBe('gone')
  })

  test('a gateway that names another origin for itself is believed no more than its path', async () => {
    const elsewhere = said(201, {
      Location: place,
      'Content-Location': `https://evil.example/api/videos/${id}`,
      'Upload-Id': id,
    })
    const { protocol, tools } = direct([elsewhere])
    expect(await protocol.create(facts, undefined, tools)).toMatchObject({ session: { video } })
  })
})

describe('where the bytes go through the gateway', () => {
  const session = { url: video, marked: true, video }

  test('all goes to one address', async () => {
    const { protocol, tools, log } = proxied([
      said(201, { Location: video, 'Upload-Id': id }),
      said(200, { 'Upload-Offset': String(facts.size) }),
      state('processing'),
    ])
    expect((await protocol.create(facts, undefined, tools)).session).toEqual(session)
    expect(await protocol.offset(session, facts, tools)).toEqual({ offset: facts.size })
    expect(await protocol.complete(session, facts, undefined, tools)).toMatchObject({ answer: { state: 'processing' } })
    expect(log()).toEqual(['POST /api/videos/', `HEAD /api/videos/${id}`, `POST /api/videos/${id}/finalize`])
  })

  test('a finish that lacks bytes is told where they stand', async () => {
    const { protocol, tools } = proxied([said(409), said(200, { 'Upload-Offset': '10' })])
    expect(await protocol.complete(session, facts, undefined, tools)).toEqual({ offset: 10 })
  })

  test.each([
    [said(404), 'gone'],
    [said(410), 'gone'],
  ])('a video that is not there any more is gone', async (answer, outcome) => {
    const { protocol, tools } = proxied([answer])
    expect(await protocol.complete(session, facts, undefined, tools)).toBe(outcome)
  })

  test.each([
    [said(403), 'unauthorized'],
    [said(413), 'too-large'],
    [said(429, { 'Retry-After': '7' }), 'throttled'],
    [said(502), 'server'],
    [reply(200, {}, '<title>Sign in</title>'), 'blocked'],
  ])('a finish that is refused is told as what it is', async (answer, code) => {
    const { protocol, tools } = proxied([answer])
    await expect(protocol.complete(session, facts, undefined, tools)).rejects.toMatchObject({ code })
  })
})

test('a server that is no gateway is named as such at once', async () => {
  const { protocol, tools } = proxied([said(201, { Location: video })])
  await expect(protocol.create(facts, undefined, tools)).rejects.toMatchObject({
    ...{ code: 'malformed', message: expect.stringContaining('expected a gateway to a video host') },
  })
})
