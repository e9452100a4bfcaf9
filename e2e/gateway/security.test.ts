import { createHmac } from 'node:crypto'
import { UploadProblem } from '@chunkwise/server'
import { writeMetadata } from '@chunkwise/protocol'
import { describe, expect, test } from 'vitest'
import { arvanRig, cloudflareRig, film, type Answer, type ArvanRig, MiB, type CloudflareRig } from './rig.ts'

// The rows of the list that a gateway is judged by, each a test; those of memory and slow clients are beside the real servers.

const ten = new Uint8Array(10)
const idOf = ({ headers }: Answer): string => headers.get('Upload-Id') ?? ''
const everything = ({ status, headers, text }: Answer): string => `${status} ${JSON.stringify([...headers])} ${text}`

/** An answer of a host, whatever it is asked next. */
function answering(answers: readonly ((request: Request) => Response | undefined)[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    for (const answer of answers) {
      const given = answer(request)
      if (given) return given
    }
    return new Response(null, { status: 500 })
  }
}

const created = (location: string): typeof fetch =>
  answering([
    () =>
      new Response(null, {
        status: 201,
        headers: { Location: location, 'Stream-Media-Id': '0123456789abcdef0123456789abcdef' },
      }),
  ])

describe('no address but the host’s is ever asked', () => {
  test.each([
    'http://upload.videodelivery.net/tus/x',
    'https://upload.videodelivery.net:8443/tus/x',
    'https://ada:secret@upload.videodelivery.net/tus/x',
    'https://upload.videodelivery.net.evil.example/tus/x',
    'https://evilcloudflarestream.com/tus/x',
    'http://x.cloudflarestream.com/tus/x',
    'https://x.cloudflarestream.com:8443/tus/x',
    'https://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    '/tus/x',
    '',
  ])('a creation that is sent to %j is refused', async (location) => {
    const rig = cloudflareRig({ fetch: created(location) })
    expect(await rig.create(10)).toMatchObject({ status: 502 })
    expect(await rig.videos.list({})).toEqual([])
  })

  test.each([
    'https://napi.arvancloud.ir/vod/2.0/domain',
    'https://napi.arvancloud.ir/vod/2.0/channels/../domain',
    'https://napi.arvancloud.com/vod/2.0/channels/channel/files/x',
    'http://127.0.0.1/vod/2.0/channels/channel/files/x',
  ])('with the key nobody is sent to %j', async (location) => {
    const rig = arvanRig({ fetch: created(location) })
    expect(await rig.create(10)).toMatchObject({ status: 502 })
  })

  test('a redirect is followed nowhere, neither with the key nor without', async () => {
    const asked: string[] = []
    const redirect = (request: Request): Response => {
      asked.push(request.redirect)
      return new Response(null, { status: 302, headers: { Location: 'https://evil.example/' } })
    }
    const rig = arvanRig({ fetch: answering([redirect]) })
    expect(await rig.create(10)).toMatchObject({ status: 502 })
    expect(asked).toEqual(['manual'])
  })

  test.each(['../domain', '%2e%2e/domain', 'a'.repeat(31), `${'a'.repeat(32)}/x`, `${'a'.repeat(32)}%2fx`, 'channels'])(
    'the id %j leads nowhere',
    async (id) => {
      const rig = arvanRig()
      for (const method of ['GET', 'HEAD', 'PATCH', 'DELETE'])
        expect((await rig.ask(method, id)).status).toBeGreaterThanOrEqual(404)
      expect(rig.asked).toEqual([])
    },
  )

  test.each(['../../domain', 'x/y', '..', 'x?y', ''])(
    'a host that calls a video %j is not asked for it',
    async (id) => {
      const rig = arvanRig()
      const first = idOf(await rig.create(10))
      await rig.send(first, 0, ten)
      const record = await rig.videos.read(first)
      if (!record) throw new Error('There is no record')
      await rig.videos.write({
        ...record,
        revision: record.revision + 1,
        state: 'processing',
        own: { ...record.own, video: id },
      })
      rig.pass(10_000)
      const before = rig.asked.length
      await rig.ask('GET', first)
      expect(rig.asked).toHaveLength(before)
    },
  )
})

describe('the key is told to nobody', () => {
  const secrets = /0c8f7f5e|Bearer|Apikey/
  const whatFails = [undefined, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503]

  async function tellAll(rig: CloudflareRig | ArvanRig): Promise<string[]> {
    const told: string[] = []
    const say = (answer: Answer): Answer => {
      told.push(everything(answer))
      return answer
    }
    for (const status of whatFails) {
      if (status !== undefined) rig.host.fail({ status, times: 9 })
      const id = idOf(say(await rig.create(10)))
      rig.pass(60_000)
      for (const [method, path] of [
        ['GET', id],
        ['HEAD', id],
        ['POST', `${id}/finalize`],
        ['DELETE', id],
        ['OPTIONS', ''],
        ['GET', ''],
      ] as const)
        say(await rig.ask(method, path))
      for (let left = 0; left < 9; left += 1) await rig.ask('GET', id)
    }
    return [...told, ...rig.errors.map(String)]
  }

  test('by Cloudflare’s gateway, whatever fails', async () => {
    const rig = cloudflareRig(
      { apiToken: '0c8f7f5e', policy: { creationsPerMinute: 100, pending: 100 } },
      { apiToken: '0c8f7f5e' },
    )
    for (const text of await tellAll(rig)) expect(text).not.toMatch(secrets)
  })

  test('by Arvan’s gateway, nor where the host is', async () => {
    const options = { policy: { creationsPerMinute: 100, pending: 100 } }
    const rig = arvanRig({ apiKey: '0c8f7f5e', ...options }, { authorization: 'Apikey 0c8f7f5e' })
    for (const text of await tellAll(rig)) {
      expect(text).not.toMatch(secrets)
      expect(text).not.toMatch(/arvan|vod\/2\.0|host-7/i)
    }
  })

  test('to no other address than the API’s: the one that takes the bytes gets none', async () => {
    const rig = cloudflareRig()
    const { headers } = await rig.create(10)
    await rig.send(headers.get('Location') ?? '', 0, ten)
    await rig.ask('DELETE', headers.get('Upload-Id') ?? '')
    expect(new Set(rig.asked.map(({ url }) => new URL(url).origin))).toEqual(new Set(['https://api.cloudflare.com']))
  })
})

describe('headers', () => {
  test('of the host come through by name only', async () => {
    const rig = arvanRig()
    const id = idOf(await rig.create(10))
    for (const answer of [await rig.ask('HEAD', id), await rig.send(id, 0, ten)]) {
      const names = [...answer.headers.keys()]
      expect(names.filter((name) => /cookie|server|via|link|location/.test(name))).toEqual([])
      expect(answer.headers.get('Cache-Control')).toBe('no-store')
    }
  })

  test('of the browser go no further than the protocol needs', async () => {
    const rig = arvanRig()
    const sent = {
      ...{
        Cookie: 'sessionid=1',
        'X-Forwarded-For': '1.2.3.4',
        'X-HTTP-Method-Override': 'DELETE',
        'X-Requested-With': 'x',
      },
      ...{ 'Upload-Creator': 'root', 'Upload-Concat': 'partial', 'Upload-Checksum': 'md5 x' },
    }
    const id = idOf(await rig.create(10, { headers: sent }))
    await rig.send(id, 0, ten, { headers: sent })
    await rig.ask('HEAD', id, { headers: sent })
    const usual = [
      'authorization',
      'content-length',
      'content-type',
      'tus-resumable',
      'upload-length',
      'upload-metadata',
      'upload-offset',
    ]
    for (const { headers } of rig.asked) for (const name of headers.keys()) expect(usual).toContain(name)
    for (const { headers } of rig.asked) expect(headers.get('Authorization')).toBe('Apikey key')
  })
})

describe('everybody has their own videos', () => {
  test('and another’s is as unknown as one that is not there', async () => {
    const rig = arvanRig()
    const id = idOf(await rig.create(10))
    const other = 'f'.repeat(32)
    for (const [method, path] of [
      ['GET', ''],
      ['HEAD', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/finalize'],
    ] as const) {
      const [foreign, unknown] = [
        await rig.ask(method, `${id}${path}`, { as: 'bob' }),
        await rig.ask(method, `${other}${path}`),
      ]
      expect([foreign.status, foreign.text]).toEqual([404, unknown.text])
    }
    expect(await rig.ask('GET', '', { as: 'bob' })).toMatchObject({ json: [] })
    expect(await rig.ask('GET', '')).toMatchObject({ json: [{ id }] })
  })

  test('nobody in particular has none', async () => {
    const rig = cloudflareRig()
    expect(await rig.create(10, { as: '' })).toMatchObject({ status: 403 })
    expect(rig.asked).toEqual([])
  })

  test('a video that the host says is another’s is not taken', async () => {
    const rig = cloudflareRig()
    const mine = await rig.create(10)
    const theirs = await rig.create(10, { as: 'bob' })
    const record = await rig.videos.read(idOf(mine))
    if (!record) throw new Error('There is no record')
    await rig.videos.write({
      ...record,
      revision: record.revision + 1,
      uid: theirs.headers.get('Stream-Media-Id') ?? '',
    })
    expect(await rig.ask('POST', `${idOf(mine)}/finalize`)).toMatchObject({ status: 404 })
  })

  test('a hook may refuse anything in its own words', async () => {
    const rig = cloudflareRig({
      hooks: {
        authorize(_, action) {
          if (action === 'create')
            throw new UploadProblem('forbidden', 'Not on this plan', { answer: { plan: 'free' } })
        },
      },
    })
    expect(await rig.create(10)).toMatchObject({ status: 403, json: { plan: 'free' } })
    expect(rig.asked).toEqual([])
  })
})

test('a finish that comes again makes nothing again, and after the end changes nothing', async () => {
  const rig = arvanRig()
  const id = idOf(await rig.create(10))
  await rig.send(id, 0, ten)
  for (let turn = 0; turn < 3; turn += 1) expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 200 })
  expect(rig.host.videos()).toHaveLength(1)
  expect(await rig.send(id, 0, ten)).toMatchObject({ status: 409 })
  await rig.ask('DELETE', id)
  expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 404 })
})

describe('what a client says', () => {
  test('of the policy is not said to the host', async () => {
    const rig = cloudflareRig({ policy: { maxSeconds: 60 }, requireSignedUrls: true, allowedOrigins: ['app.example'] })
    const metadata = {
      ...film,
      ...{
        maxDurationSeconds: '36000',
        maxdurationseconds: '36000',
        expiry: '2099-01-01T00:00:00Z',
        scheduleddeletion: 'x',
      },
      ...{ watermark: 'theirs', thumbnailtimestamppct: '1', allowedorigins: '*', evil: 'x' },
    }
    expect(await rig.create(10, { metadata })).toMatchObject({ status: 201 })
    expect(rig.host.videos()[0]?.metadata).toEqual({
      ...{ ...film, name: 'film.mp4', maxDurationSeconds: '60', requiresignedurls: '', allowedorigins: 'app.example' },
      expiry: expect.stringMatching(/^2026-01-02/),
    })
  })

  test.each([
    ['twice the same key', { 'Upload-Metadata': 'filename YQ==,filename Yg==' }, 400],
    ['too long a name', { 'Upload-Metadata': writeMetadata({ ...film, name: 'x'.repeat(256) }) }, 400],
    ['a line within a name', { 'Upload-Metadata': writeMetadata({ ...film, name: 'a\nb' }) }, 400],
    ['no name', { 'Upload-Metadata': '' }, 400],
    ['no size', { 'Upload-Length': '' }, 400],
    ['a size of nothing', { 'Upload-Length': '0' }, 400],
    ['a negative size', { 'Upload-Length': '-1' }, 400],
    ['the size later', { 'Upload-Defer-Length': '1' }, 400],
    ['too large a size', { 'Upload-Length': '30000000001' }, 413],
    ['another protocol', { 'Tus-Resumable': '0.2.2' }, 412],
  ])('is refused before the host is asked: %s', async (_, headers, status) => {
    const rig = arvanRig()
    expect(await rig.create(10, { headers })).toMatchObject({ status })
    expect(rig.asked).toEqual([])
  })

  test.each([
    ['no length', { 'Content-Length': '' }, 411],
    ['no offset', { 'Upload-Offset': '' }, 400],
    ['more than there is', { 'Content-Length': '11' }, 400],
    ['another type', { 'Content-Type': 'video/mp4' }, 415],
  ])('of a chunk is refused before the host is asked: %s', async (_, headers, status) => {
    const rig = arvanRig()
    const id = idOf(await rig.create(10))
    const before = rig.asked.length
    expect(await rig.send(id, 0, ten, { headers })).toMatchObject({ status })
    expect(rig.asked).toHaveLength(before)
  })

  test('too often is told when it may come again', async () => {
    const rig = cloudflareRig({ policy: { creationsPerMinute: 2 } })
    const statuses = []
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await rig.create(10)).status)
    expect(statuses).toEqual([201, 201, 429])
    expect((await rig.create(10)).headers.get('Retry-After')).toBe('60')
  })
})

test.each([
  [400, 400, undefined],
  [401, 502, undefined],
  [403, 502, undefined],
  [404, 410, undefined],
  [408, 504, undefined],
  [409, 409, undefined],
  [410, 410, undefined],
  [413, 413, undefined],
  [422, 422, undefined],
  [423, 423, '1'],
  [429, 429, '7'],
  [500, 502, '7'],
  [503, 503, '7'],
  [302, 502, undefined],
])('a host that answers %i is told of as %i', async (status, told, retryAfter) => {
  const rig = arvanRig()
  const id = idOf(await rig.create(10))
  rig.host.fail({ on: 'chunk', status, ...(retryAfter === '7' && { retryAfter }) })
  const answer = await rig.send(id, 0, ten)
  expect([answer.status, answer.headers.get('Retry-After') ?? undefined]).toEqual([told, retryAfter])
  expect(answer.text).not.toMatch(/host-7/)
})

test('a host that cannot be reached is 502, one that is silent is 504', async () => {
  const dead = arvanRig({ fetch: () => Promise.reject(new TypeError('fetch failed')) })
  expect(await dead.create(10)).toMatchObject({ status: 502 })
  const silent = arvanRig({
    timeoutMs: 5,
    fetch: (_, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
  })
  expect(await silent.create(10)).toMatchObject({ status: 504 })
})

test('an answer that stops half-way is 504, and one that is too long is not read', async () => {
  const told = { 'Stream-Media-Id': 'a'.repeat(32), Location: 'https://upload.videodelivery.net/x' }
  const answering =
    (body: BodyInit): typeof fetch =>
    async () =>
      new Response(body, { status: 201, headers: told })
  const stalled = cloudflareRig({
    timeoutMs: 5,
    fetch: async (_, init) =>
      new Response(
        new ReadableStream({
          start: (controller) => init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted'))),
        }),
        { status: 201, headers: told },
      ),
  })
  expect(await stalled.create(10)).toMatchObject({ status: 504 })
  expect(await cloudflareRig({ fetch: answering('x') }).create(10)).toMatchObject({ status: 201 })
  expect(await cloudflareRig({ fetch: answering(new Uint8Array(9 * MiB)) }).create(10)).toMatchObject({ status: 502 })
})

test('where the bytes stand is always asked of the host, never guessed', async () => {
  const rig = arvanRig()
  const id = idOf(await rig.create(10))
  await rig.send(id, 0, ten.subarray(0, 4))
  const place = rig.asked.find(({ method }) => method === 'PATCH')?.url ?? ''
  // The answer to this one was lost.
  await rig.host(
    new Request(place, {
      method: 'PATCH',
      headers: {
        ...{ Authorization: 'Apikey key', 'Tus-Resumable': '1.0.0', 'Upload-Offset': '4', 'Content-Length': '3' },
        'Content-Type': 'application/offset+octet-stream',
      },
      body: ten.subarray(4, 7),
    }),
  )
  expect((await rig.ask('HEAD', id)).headers.get('Upload-Offset')).toBe('7')
})

test('a page of another site gets nothing done with its person’s cookies', async () => {
  const rig = cloudflareRig({
    authenticate: (request) => request.headers.get('Cookie') ?? undefined,
    cors: { origins: ['https://app.other.example'], credentials: true },
  })
  const cookie = { Cookie: 'ada' }
  const forged = { ...cookie, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
  expect(await rig.create(10, { as: '', headers: forged })).toMatchObject({ status: 403 })
  const own = { ...cookie, Origin: 'https://app.other.example', 'Sec-Fetch-Site': 'cross-site' }
  const answer = await rig.create(10, { as: '', headers: own })
  expect(answer.status).toBe(201)
  expect(answer.headers.get('Access-Control-Expose-Headers')).toMatch(/location.*stream-media-id.*upload-id/)
})

test('what turns out longer than it may be is deleted at the finish', async () => {
  const rig = cloudflareRig({ policy: { maxSeconds: 600 } }, { durationOf: () => 90 })
  const { headers } = await rig.create(10)
  const id = headers.get('Upload-Id') ?? ''
  await rig.send(headers.get('Location') ?? '', 0, ten)
  const strict = cloudflareRig({
    policy: { maxSeconds: 60 },
    fetch: async (input, init) => rig.host(new Request(input, init)),
    videos: rig.videos,
  })
  strict.pass(10_000)
  rig.pass(10_000)
  expect(await strict.ask('POST', `${id}/finalize`)).toMatchObject({ status: 413 })
  expect(rig.host.videos()).toEqual([])
  expect(await rig.videos.read(id)).toMatchObject({ state: 'failed', error: 'too-long' })
})

describe('a webhook', () => {
  const secret = 'shh'
  const sign = (body: string, seconds: number, with_ = secret): string =>
    `time=${seconds},sig1=${createHmac('sha256', with_).update(`${seconds}.${body}`).digest('hex')}`

  async function made() {
    const rig = cloudflareRig({ webhookSecret: secret }, { processingMs: 1_000 })
    const { headers } = await rig.create(10)
    const [id, uid] = [headers.get('Upload-Id') ?? '', headers.get('Stream-Media-Id') ?? '']
    await rig.send(headers.get('Location') ?? '', 0, ten)
    const video = (state: string) =>
      JSON.stringify({ uid, status: { state, pctComplete: '100' }, readyToStream: true, creator: 'ada' })
    const send = (body: string, signature: string) =>
      rig.ask('POST', 'webhook', { as: '', body, headers: { 'Webhook-Signature': signature } })
    const state = async () => (await rig.videos.read(id))?.state
    return { rig, uid, video, send, state, seconds: () => rig.now() / 1000 }
  }

  test('that is signed is heard, and what the host says then counts', async () => {
    const { rig, video, send, state, seconds } = await made()
    rig.pass(1_000)
    expect(await send(video('ready'), sign(video('ready'), seconds()))).toMatchObject({ status: 204 })
    expect(await state()).toBe('ready')
  })

  test('that is forged, old, or says something else than was signed is refused', async () => {
    const { rig, video, send, state, seconds } = await made()
    rig.pass(1_000)
    const body = video('ready')
    for (const signature of [
      ...['', 'time=1', `time=${seconds()},sig1=${'0'.repeat(64)}`, sign(body, seconds(), 'other')],
      ...[sign(body, seconds() - 301), sign(body, seconds() + 301), sign(video('error'), seconds())],
    ])
      expect(await send(body, signature)).toMatchObject({ status: 403 })
    expect(await state()).toBe('created')
    expect(await send('x'.repeat(300_000), sign('x', seconds()))).toMatchObject({ status: 413 })
    for (const none of ['', 'x', '{}', '[]'])
      expect(await send(none, sign(none, seconds()))).toMatchObject({ status: 400 })
  })

  test('that comes twice, late, or of a video that is not ours changes nothing', async () => {
    const { rig, video, send, state, seconds } = await made()
    rig.pass(1_000)
    const ready: string[] = []
    for (const what of ['ready', 'ready', 'inprogress', 'error']) {
      await send(video(what), sign(video(what), seconds()))
      ready.push((await state()) ?? '')
    }
    expect(ready).toEqual(['ready', 'ready', 'ready', 'ready'])
    const foreign = JSON.stringify({ uid: 'e'.repeat(32), status: { state: 'ready' } })
    const before = rig.asked.length
    expect(await send(foreign, sign(foreign, seconds()))).toMatchObject({ status: 204 })
    expect(rig.asked).toHaveLength(before)
  })
})
