import { expect, test } from 'vitest'
import { cloudflareRig, film, MiB } from './rig.ts'

const bytes = new Uint8Array(6 * MiB).fill(7)

async function uploaded(rig: ReturnType<typeof cloudflareRig>) {
  const { headers } = await rig.create(bytes.length)
  const [url, id] = [headers.get('Location') ?? '', headers.get('Upload-Id') ?? '']
  expect((await rig.send(url, 0, bytes.subarray(0, 5 * MiB))).status).toBe(204)
  expect((await rig.send(url, 5 * MiB, bytes.subarray(5 * MiB))).status).toBe(204)
  return { id, uid: headers.get('Stream-Media-Id') ?? '' }
}

test('a video goes straight to the host, by an address that was minted for it, and is followed until it is ready', async () => {
  const rig = cloudflareRig({ policy: { maxSeconds: 600 } })
  const created = await rig.create(bytes.length)
  expect(created.status).toBe(201)
  const url = created.headers.get('Location') ?? ''
  expect(new URL(url).origin).toBe('https://upload.videodelivery.net')
  const id = created.headers.get('Upload-Id') ?? ''
  const [video] = rig.host.videos()
  expect(video).toMatchObject({ creator: 'ada', uid: created.headers.get('Stream-Media-Id') })
  expect(video?.metadata).toMatchObject({ ...film, name: 'film.mp4', maxDurationSeconds: '600' })
  expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 409 })
  await rig.send(url, 0, bytes)
  rig.pass(10_000)
  const finished = await rig.ask('POST', `${id}/finalize`)
  expect(finished).toMatchObject({ status: 200, json: { id, state: 'ready', percent: 100, playable: true } })
  expect(finished.json).toMatchObject({
    asset: { id: video?.uid, duration: 60, hls: expect.stringContaining('.m3u8') },
  })
  expect(await rig.ask('GET', '?state=ready')).toMatchObject({ json: [{ id }] })
  expect(await rig.ask('GET', '?state=created')).toMatchObject({ json: [] })
  expect(rig.host.leaks()).toEqual([])
  expect(rig.errors).toEqual([])
})

test('without a webhook the host is asked with growing pauses, and only as long as there is something to learn', async () => {
  const rig = cloudflareRig({}, { processingMs: 60_000 })
  const ready: string[] = []
  const { id } = await uploaded(rig)
  const questions = (): number => rig.asked.filter(({ method }) => method === 'GET').length
  for (let turn = 0; turn < 100; turn += 1) {
    rig.pass(5_000)
    await rig.gateway.videos.follow()
    if ((await rig.videos.read(id))?.state === 'ready') ready.push(id)
  }
  expect(ready.length).toBeGreaterThan(50)
  expect(questions()).toBeLessThan(20)
})

test('longer videos are cut, the original is deleted once the cut one is ready, and a cut that fails restores it', async () => {
  const rig = cloudflareRig({ trimSeconds: 30, download: true })
  const { id, uid } = await uploaded(rig)
  for (let turn = 0; turn < 8; turn += 1) {
    rig.pass(5_000)
    await rig.gateway.videos.follow()
  }
  const [cut, ...others] = rig.host.videos()
  expect(others).toEqual([])
  expect(cut).toMatchObject({ clippedFrom: uid, downloadable: true })
  expect(await rig.ask('GET', id)).toMatchObject({
    json: { state: 'ready', asset: { id: cut?.uid, duration: 30, download: expect.stringContaining('.mp4') } },
  })
  const failing = cloudflareRig({ trimSeconds: 30 })
  const second = await uploaded(failing)
  failing.pass(5_000)
  await failing.gateway.videos.follow()
  const clip = failing.host.videos().find(({ clippedFrom }) => clippedFrom)?.uid ?? ''
  await failing.host(
    new Request(`https://api.cloudflare.com/client/v4/accounts/account/stream/${clip}`, {
      method: 'DELETE',
      headers: { Authorization: 'Bearer token' },
    }),
  )
  failing.pass(20_000)
  await failing.gateway.videos.follow()
  expect(await failing.ask('GET', second.id)).toMatchObject({
    json: { state: 'ready', asset: { id: second.uid, duration: 60 } },
  })
})

test('what the host can make no video of has failed, in its words, and is nowhere to be watched', async () => {
  const rig = cloudflareRig({}, { objection: () => 'ERR_NON_VIDEO' })
  const { id, uid } = await uploaded(rig)
  rig.pass(10_000)
  await rig.gateway.videos.follow()
  const { json } = await rig.ask('GET', id)
  expect(json).toMatchObject({ state: 'failed', error: 'ERR_NON_VIDEO', playable: false })
  expect(json).toHaveProperty('asset', { id: uid })
})

test('a shorter video is not cut', async () => {
  const rig = cloudflareRig({ trimSeconds: 90 })
  const { id, uid } = await uploaded(rig)
  rig.pass(5_000)
  await rig.gateway.videos.follow()
  expect(await rig.ask('GET', id)).toMatchObject({ json: { state: 'ready', asset: { id: uid } } })
  expect(rig.asked.some(({ url }) => url.endsWith('/clip'))).toBe(false)
})

test('what is never sent is dropped at the host when it expires, and makes room', async () => {
  const rig = cloudflareRig({ policy: { pending: 1, expiryMs: 60_000 } })
  const { headers } = await rig.create(10)
  expect(await rig.create(10)).toMatchObject({ status: 429 })
  expect(await rig.create(10, { as: 'bob' })).toMatchObject({ status: 201 })
  rig.pass(60_000)
  await rig.gateway.videos.follow()
  expect(rig.host.videos()).toEqual([])
  expect(await rig.ask('GET', headers.get('Upload-Id') ?? '')).toMatchObject({ json: { state: 'expired' } })
  expect(await rig.create(10)).toMatchObject({ status: 201 })
})

test('whoever asks at once asks the host once, which then cuts once', async () => {
  const rig = cloudflareRig({ trimSeconds: 30 })
  const { id } = await uploaded(rig)
  rig.pass(5_000)
  const before = rig.asked.length
  await Promise.all([rig.ask('GET', id), rig.ask('GET', id), rig.gateway.videos.follow()])
  expect(rig.asked.slice(before).map(({ method }) => method)).toEqual(['GET', 'POST'])
  expect(rig.host.videos()).toHaveLength(2)
})

test('two servers over the same records cut once', async () => {
  const rig = cloudflareRig({ trimSeconds: 30 })
  const other = rig.restarted()
  const { uid } = await uploaded(rig)
  rig.pass(5_000)
  await Promise.all([rig.gateway.videos.follow(), other.gateway.videos.follow()])
  expect(rig.host.videos().filter(({ clippedFrom }) => clippedFrom === uid)).toHaveLength(1)
})

test('a cut whose answer was lost is found again', async () => {
  const rig = cloudflareRig({ trimSeconds: 30 })
  const { id } = await uploaded(rig)
  rig.pass(5_000)
  rig.host.fail({ on: 'make', status: 502, done: true })
  await rig.gateway.videos.follow()
  expect(rig.errors).toMatchObject([{ code: 'unavailable' }])
  const [, cut] = rig.host.videos()
  for (let turn = 0; turn < 4; turn += 1) {
    rig.pass(10_000)
    await rig.gateway.videos.follow()
  }
  expect(await rig.ask('GET', id)).toMatchObject({ json: { state: 'ready', asset: { id: cut?.uid } } })
  expect(rig.host.videos()).toHaveLength(1)
})

test('what somebody has begun to do is left to them, until they must have died', async () => {
  const rig = cloudflareRig({ trimSeconds: 30 })
  const { id } = await uploaded(rig)
  const record = await rig.videos.read(id)
  if (!record) throw new Error('There is no record')
  rig.pass(5_000)
  await rig.videos.write({ ...record, revision: record.revision + 1, claimedUntil: rig.now() + 100_000 })
  await rig.gateway.videos.follow()
  expect(rig.host.videos()).toHaveLength(1)
  rig.pass(100_000)
  await rig.gateway.videos.follow()
  expect(rig.host.videos()).toHaveLength(2)
})

test.each(['Zoë', 'o'.repeat(65)])(
  'an owner "%s", whom the host cannot call so, is called by a digest',
  async (owner) => {
    const rig = cloudflareRig({ authenticate: () => owner })
    const { id } = await uploaded(rig)
    expect(rig.host.videos()[0]?.creator).toMatch(/^[0-9a-f]{64}$/)
    expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 200 })
  },
)

test('creations at once find room for as many as there may be, and one that the host refuses takes none', async () => {
  const rig = cloudflareRig({ policy: { pending: 3 } })
  rig.host.fail({ on: 'create', status: 503 })
  expect(await rig.create(10)).toMatchObject({ status: 503 })
  const answers = await Promise.all(Array.from({ length: 6 }, () => rig.create(10)))
  expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
    201, 201, 201, 429, 429, 429,
  ])
  expect(rig.host.videos()).toHaveLength(3)
})

test('the app says what a video is called and how long it may be, whatever the client says', async () => {
  const rig = cloudflareRig({
    policy: { maxSeconds: 600 },
    hooks: { beforeCreate: ({ metadata }) => ({ title: `Ada’s ${metadata['filename']}`, maxSeconds: 90 }) },
  })
  await rig.create(10, { metadata: { ...film, name: 'another' } })
  expect(rig.host.videos()[0]?.metadata).toMatchObject({ name: 'Ada’s film.mp4', maxDurationSeconds: '90' })
})

test('the app is told once of each step, and a hook that fails stops nothing', async () => {
  const told: string[] = []
  const tell =
    (what: string) =>
    ({ id }: { readonly id: string }) => {
      told.push(what)
      if (what === 'uploaded') throw new Error(`no mail for ${id}`)
    }
  const hooks = {
    ...{ afterCreate: tell('created'), onUploaded: tell('uploaded'), onReady: tell('ready') },
    ...{ onFailed: tell('failed'), onDeleted: tell('deleted') },
  }
  const rig = cloudflareRig({ hooks })
  const { id } = await uploaded(rig)
  for (let turn = 0; turn < 4; turn += 1) {
    rig.pass(5_000)
    await rig.gateway.videos.follow()
  }
  await rig.ask('DELETE', id)
  expect(told).toEqual(['created', 'uploaded', 'ready', 'deleted'])
  expect(rig.errors.map(String)).toEqual([`Error: no mail for ${id}`])
})

test('an upload that takes hours goes on: its bytes go past the gateway, which sees none of them', async () => {
  const rig = cloudflareRig()
  const { headers } = await rig.create(bytes.length)
  const [url, id] = [headers.get('Location') ?? '', headers.get('Upload-Id') ?? '']
  for (let hour = 0; hour < 20; hour += 1) {
    rig.pass(3_600_000)
    await rig.gateway.videos.follow()
  }
  expect((await rig.send(url, 0, bytes)).status).toBe(204)
  expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 200 })
})
