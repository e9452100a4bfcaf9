import { createHash, createHmac } from 'node:crypto'
import { writeMetadata } from '@chunkwise/protocol'
import { expect, test } from 'vitest'
import { cloudflareStreamDouble, type CloudflareDoubleOptions } from './cloudflare-stream.ts'

const api = 'https://api.cloudflare.com/client/v4/accounts/account/stream'
const MiB = 1024 ** 2
const authorized = { Authorization: 'Bearer token' }
const tus = { 'Tus-Resumable': '1.0.0' }

interface VideoJson {
  readonly uid: string
  readonly secret: string
  readonly status: { readonly state: string; readonly errorReasonCode: string }
}

function make(options: CloudflareDoubleOptions = {}) {
  let time = Date.UTC(2026, 0, 1)
  const sent: Request[] = []
  const host = cloudflareStreamDouble({ now: () => time, send: async (request) => sent.push(request), ...options })
  const ask = async (method: string, path: string, json?: object) => {
    const init = { method, headers: authorized, ...(json && { body: JSON.stringify(json) }) }
    const response = await host(new Request(`${api}${path}`, init))
    return {
      status: response.status,
      ...((await response.json().catch(() => ({}))) as { result?: VideoJson; errors?: unknown }),
    }
  }
  const create = (
    size: number,
    metadata: Record<string, string> = { name: 'film.mp4' },
    headers: object = authorized,
  ) =>
    host(
      new Request(`${api}?direct_user=true`, {
        method: 'POST',
        headers: { ...tus, ...headers, 'Upload-Length': String(size), 'Upload-Metadata': writeMetadata(metadata) },
      }),
    )
  const patch = (url: string, offset: number, bytes: Uint8Array<ArrayBuffer>, headers: object = {}) =>
    host(
      new Request(url, {
        method: 'PATCH',
        headers: {
          ...{ ...tus, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) },
          ...{ 'Content-Length': String(bytes.length), ...headers },
        },
        body: bytes,
      }),
    )
  return { host, ask, create, patch, sent, pass: (ms: number) => void (time += ms) }
}

test('a video goes from its creation to ready: by chunks of its rules, with states by the clock, and a signed webhook', async () => {
  const { host, ask, create, patch, sent, pass } = make({ keep: true })
  const { result } = await ask('PUT', '/webhook', { notificationUrl: 'https://app.example/hook' })
  const bytes = Uint8Array.from({ length: 6 * MiB }, (_, index) => index % 251)
  const created = await create(bytes.length)
  const [url, uid] = [created.headers.get('Location') ?? '', created.headers.get('Stream-Media-Id')]
  expect([created.status, new URL(url).hostname]).toEqual([201, 'upload.videodelivery.net'])
  expect((await patch(url, 0, bytes.subarray(0, 4 * MiB))).status).toBe(400)
  expect((await patch(url, 0, bytes.subarray(0, 5 * MiB + 1))).status).toBe(400)
  const first = await patch(url, 0, bytes.subarray(0, 5 * MiB))
  expect([first.status, first.headers.get('Upload-Offset')]).toEqual([204, String(5 * MiB)])
  expect(await ask('GET', `/${uid}`)).toMatchObject({ result: { status: { state: 'pendingupload' } } })
  expect((await patch(url, 0, bytes.subarray(0, 5 * MiB))).status).toBe(409)
  const head = await host(new Request(url, { method: 'HEAD', headers: tus }))
  expect(head.headers.get('Upload-Offset')).toBe(String(5 * MiB))
  expect((await patch(url, 5 * MiB, bytes.subarray(5 * MiB))).status).toBe(204)
  const [video] = host.videos()
  expect(await video?.md5()).toBe(createHash('md5').update(bytes).digest('hex'))
  expect(Buffer.from(video?.bytes() ?? []).equals(bytes)).toBe(true)
  expect(await ask('GET', `/${uid}`)).toMatchObject({ result: { status: { state: 'queued' }, readyToStream: false } })
  pass(1_200)
  expect(await ask('GET', `/${uid}`)).toMatchObject({
    result: { status: { state: 'inprogress' }, readyToStream: true },
  })
  await host.deliver()
  expect(sent).toEqual([])
  pass(800)
  await host.deliver()
  await host.deliver()
  expect(sent).toHaveLength(1)
  const body = (await sent[0]?.text()) ?? ''
  const [, time, signature] =
    /^time=(\d+),sig1=([0-9a-f]{64})$/.exec(sent[0]?.headers.get('Webhook-Signature') ?? '') ?? []
  expect(signature).toBe(
    createHmac('sha256', result?.secret ?? '')
      .update(`${time}.${body}`)
      .digest('hex'),
  )
  expect(JSON.parse(body)).toMatchObject({ uid, status: { state: 'ready', pctComplete: '100' }, duration: 60 })
})

test('only the exact token opens the API, and the upload host tells of any that comes there', async () => {
  const { host, create, patch } = make()
  for (const headers of [{}, { Authorization: 'Bearer other' }, { Authorization: 'bearer token' }])
    expect((await create(10, {}, headers)).status).toBe(403)
  const url = (await create(10)).headers.get('Location') ?? ''
  expect((await patch(url.replace('?tusv2=true', ''), 0, new Uint8Array(10))).status).toBe(404)
  await patch(url, 0, new Uint8Array(10), { Authorization: 'Bearer token' })
  expect(host.leaks()).toEqual(['Authorization'])
})

test('what lasts longer than it may, or is no video, ends in error; what is not sent in time is gone', async () => {
  const { ask, create, patch, pass } = make({
    objection: (name) => (name === 'notes.txt' ? 'ERR_NON_VIDEO' : undefined),
  })
  const codes = []
  for (const metadata of [{ name: 'film.mp4', maxDurationSeconds: '59' }, { name: 'notes.txt' }]) {
    const { headers } = await create(10, metadata)
    await patch(headers.get('Location') ?? '', 0, new Uint8Array(10))
    pass(500)
    const { result } = await ask('GET', `/${headers.get('Stream-Media-Id')}`)
    codes.push([result?.status.state, result?.status.errorReasonCode])
  }
  expect(codes).toEqual([
    ['error', 'ERR_DURATION_EXCEED_CONSTRAINT'],
    ['error', 'ERR_NON_VIDEO'],
  ])
  const late = await create(10)
  pass(30 * 60_000)
  expect((await patch(late.headers.get('Location') ?? '', 0, new Uint8Array(10))).status).toBe(410)
})

test('clips and downloads are of what is ready, and a clip is another video', async () => {
  const { ask, create, patch, pass } = make()
  const { headers } = await create(10)
  const uid = headers.get('Stream-Media-Id') ?? ''
  const range = (endTimeSeconds: number) => ({ clippedFromVideoUID: uid, startTimeSeconds: 0, endTimeSeconds })
  await patch(headers.get('Location') ?? '', 0, new Uint8Array(10))
  expect((await ask('POST', '/clip', range(30))).status).toBe(400)
  expect((await ask('POST', `/${uid}/downloads`)).status).toBe(400)
  pass(2_000)
  expect(await ask('POST', '/clip', range(61))).toMatchObject({ status: 400, errors: [{ code: 10005 }] })
  const { result: clip } = await ask('POST', '/clip', range(30))
  expect(clip).toMatchObject({ clippedFrom: uid, status: { state: 'queued' } })
  expect(await ask('POST', `/${uid}/downloads`)).toMatchObject({ result: { default: { status: 'inprogress' } } })
  pass(2_000)
  expect(await ask('GET', `/${uid}/downloads`)).toMatchObject({ result: { default: { status: 'ready' } } })
  expect(await ask('GET', `/${clip?.uid}`)).toMatchObject({ result: { status: { state: 'ready' }, duration: 30 } })
  expect((await ask('DELETE', `/${uid}`)).status).toBe(200)
  expect((await ask('GET', `/${uid}`)).status).toBe(404)
})

test('it fails as it is told to, as often, and at what', async () => {
  const { host, create } = make()
  host.fail({ on: 'create', status: 429, retryAfter: '7', times: 2 })
  const answers = [await create(10), await create(10), await create(10)]
  expect(answers.map(({ status, headers }) => [status, headers.get('Retry-After')])).toEqual([
    [429, '7'],
    [429, '7'],
    [201, null],
  ])
})

test('a chunk that takes too long is answered by 408, and what came of it stays', async () => {
  const { host, create, pass } = make({ patienceMs: 1_000 })
  const url = (await create(10)).headers.get('Location') ?? ''
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pass(1_500)
      controller.enqueue(new Uint8Array(4))
    },
  })
  const headers = { ...tus, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' }
  const slow = await host(new Request(url, { method: 'PATCH', headers, body, duplex: 'half' } as RequestInit))
  expect([slow.status, host.videos()[0]?.offset]).toEqual([408, 4])
})
