import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { arvanRig, film, MiB } from './rig.ts'

const bytes = Uint8Array.from({ length: 3 * MiB }, (_, index) => index % 251)

test('a video goes through, chunk by chunk, and the finish makes it, once', async () => {
  const rig = arvanRig({ thumbnailTime: 10, watermark: { id: 'mark', area: 'FIX_TOP_LEFT' } })
  const created = await rig.create(bytes.length)
  const id = created.headers.get('Upload-Id') ?? ''
  expect(created).toMatchObject({ status: 201 })
  expect(created.headers.get('Location')).toBe(`https://app.example/api/videos/${id}`)
  expect(await rig.send(id, 0, bytes.subarray(0, 2 * MiB))).toMatchObject({ status: 204 })
  const head = await rig.ask('HEAD', id)
  expect([head.headers.get('Upload-Offset'), head.headers.get('Upload-Length')]).toEqual([
    String(2 * MiB),
    String(3 * MiB),
  ])
  expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 409 })
  expect((await rig.send(id, 2 * MiB, bytes.subarray(2 * MiB))).headers.get('Upload-Offset')).toBe(String(3 * MiB))
  const both = await Promise.all([rig.ask('POST', `${id}/finalize`), rig.ask('POST', `${id}/finalize`)])
  for (const answer of both) expect(answer).toMatchObject({ status: 200, json: { state: 'processing' } })
  const [video, ...others] = rig.host.videos()
  expect(others).toEqual([])
  expect(video?.asked).toMatchObject({
    ...{ title: 'film.mp4', convert_mode: 'auto', thumbnail_time: 10 },
    ...{ watermark_id: 'mark', watermark_area: 'FIX_TOP_LEFT' },
  })
  expect(await video?.file.md5()).toBe(createHash('md5').update(bytes).digest('hex'))
  expect(video?.file.metadata).toEqual(film)
  rig.pass(10_000)
  await rig.gateway.videos.follow()
  expect(await rig.ask('GET', id)).toMatchObject({ json: { state: 'ready', asset: { id: video?.id } } })
  expect(await rig.ask('DELETE', id)).toMatchObject({ status: 204 })
  expect(rig.host.videos()).toEqual([])
  expect(await rig.ask('GET', id)).toMatchObject({ status: 404 })
})

test('a channel is a function of the request, and nothing that leads elsewhere', async () => {
  const rig = arvanRig({ channelId: (request) => request.headers.get('X-Channel') ?? '' }, { channels: ['mine'] })
  expect(await rig.create(10, { headers: { 'X-Channel': 'mine' } })).toMatchObject({ status: 201 })
  const before = rig.asked.length
  for (const channel of ['', '../../domain', 'a/b', 'mine?x=1', '%2e%2e'])
    expect(await rig.create(10, { headers: { 'X-Channel': channel } })).toMatchObject({ status: 400 })
  expect(rig.asked).toHaveLength(before)
})

test('a chunk at a wrong place is told the right one by a question, and an upload that the host has lost is gone', async () => {
  const rig = arvanRig()
  const id = (await rig.create(10)).headers.get('Upload-Id') ?? ''
  expect(await rig.send(id, 5, bytes.subarray(0, 5))).toMatchObject({ status: 409 })
  rig.host.fail({ on: 'offset', status: 404 })
  expect(await rig.ask('HEAD', id)).toMatchObject({ status: 410 })
})

test('a video whose making was answered into nothing is found again, and not made twice', async () => {
  const rig = arvanRig()
  const id = (await rig.create(10)).headers.get('Upload-Id') ?? ''
  await rig.send(id, 0, bytes.subarray(0, 10))
  rig.host.fail({ on: 'make', status: 502, done: true })
  expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 502 })
  const [video] = rig.host.videos()
  // The host has nothing more at that place, and still nothing is lost.
  expect((await rig.ask('HEAD', id)).headers.get('Upload-Offset')).toBe('10')
  expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 200, json: { state: 'processing' } })
  expect(rig.host.videos()).toHaveLength(1)
  expect((await rig.videos.read(id))?.own['video']).toBe(video?.id)
})

test('two servers over the same records make one video', async () => {
  const rig = arvanRig()
  const other = rig.restarted()
  const id = (await rig.create(10)).headers.get('Upload-Id') ?? ''
  await rig.send(id, 0, bytes.subarray(0, 10))
  const answers = await Promise.all([rig.ask('POST', `${id}/finalize`), other.ask('POST', `${id}/finalize`)])
  expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 423])
  expect(rig.host.videos()).toHaveLength(1)
  expect(await other.ask('POST', `${id}/finalize`)).toMatchObject({ status: 200 })
})
