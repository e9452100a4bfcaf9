import { createHash } from 'node:crypto'
import { writeMetadata } from '@chunkwise/protocol'
import { expect, test } from 'vitest'
import { arvanVodDouble, type ArvanDoubleOptions } from './arvan-vod.ts'

const api = 'https://napi.arvancloud.ir/vod/2.0'
const tus = { 'Tus-Resumable': '1.0.0' }
const film = { filename: 'film.mp4', filetype: 'video/mp4' }

function make(options: ArvanDoubleOptions = {}) {
  let time = Date.UTC(2026, 0, 1)
  const host = arvanVodDouble({ now: () => time, ...options })
  const ask = (method: string, url: string, headers: object = {}, body?: BodyInit) =>
    host(new Request(url, { method, headers: { Authorization: 'Apikey key', ...headers }, ...(body && { body }) }))
  const json = async (method: string, path: string, body?: object) => {
    const response = await ask(method, `${api}${path}`, {}, body && JSON.stringify(body))
    return { status: response.status, ...((await response.json()) as { data?: { id: string }; errors?: unknown }) }
  }
  const create = (metadata: Record<string, string>, channel = 'channel') =>
    ask('POST', `${api}/channels/${channel}/files`, {
      ...{ ...tus, 'Upload-Length': '10', 'Upload-Metadata': writeMetadata(metadata) },
    })
  const patch = (url: string, offset: number, bytes: string) =>
    ask(
      'PATCH',
      url,
      {
        ...{ ...tus, 'Content-Type': 'application/offset+octet-stream' },
        ...{ 'Upload-Offset': String(offset), 'Content-Length': String(bytes.length) },
      },
      bytes,
    )
  return { host, ask, json, create, patch, pass: (ms: number) => void (time += ms) }
}

test('a draft becomes a video once, when it is whole, and is converted by the clock', async () => {
  const { host, ask, json, create, patch, pass } = make()
  const created = await create(film)
  const url = created.headers.get('Location') ?? ''
  expect(url).toMatch(/^https:\/\/napi\.arvancloud\.ir\/vod\/2\.0\/channels\/channel\/files\/[0-9a-f-]{36}$/)
  const make_ = () =>
    json('POST', '/channels/channel/videos', { title: 'Film', convert_mode: 'auto', file_id: url.split('/').at(-1) })
  expect((await patch(url, 0, '01234')).headers.get('Upload-Offset')).toBe('5')
  expect(await make_()).toMatchObject({ status: 422, errors: { file_id: [expect.any(String)] } })
  expect((await patch(url, 4, '4')).status).toBe(409)
  expect((await ask('HEAD', url, tus)).headers.get('Upload-Offset')).toBe('5')
  expect((await patch(url, 5, '56789')).status).toBe(204)
  const { data } = await make_()
  expect(data).toMatchObject({ play_ready: false, completed_at: null })
  expect((await make_()).status).toBe(422)
  expect(host.files()).toEqual([])
  const [video] = host.videos()
  expect(await video?.file.md5()).toBe(createHash('md5').update('0123456789').digest('hex'))
  pass(1_000)
  expect(await json('GET', `/videos/${data?.id}`)).toMatchObject({ data: { play_ready: true, completed_at: null } })
  pass(1_000)
  expect(await json('GET', `/videos/${data?.id}`)).toMatchObject({ data: { completed_at: expect.any(String) } })
})

test('without the exact key nothing is told, of no address', async () => {
  const { host, create } = make()
  const url = (await create(film)).headers.get('Location') ?? ''
  for (const Authorization of ['', 'key', 'apikey key', 'Apikey other']) {
    const refused = await host(new Request(url, { method: 'HEAD', headers: { ...tus, Authorization } }))
    expect(refused.status).toBe(401)
  }
})

test.each([
  [{ filetype: 'video/mp4' }, 'filename'],
  [{ filename: 'film.mp4' }, 'filetype'],
  [{ filename: 'film.avi', filetype: 'video/mp4' }, 'filetype'],
])('metadata %j are refused for their %s', async (metadata, field) => {
  const { create } = make()
  const refused = await create(metadata)
  expect(refused.status).toBe(422)
  expect(await refused.json()).toMatchObject({ errors: { [field]: [expect.any(String)] } })
})

test('a channel that is not there, a watermark without its place, and a draft that was dropped', async () => {
  const { host, json, create, patch } = make()
  expect((await create(film, 'other')).status).toBe(404)
  const url = (await create(film)).headers.get('Location') ?? ''
  const file_id = url.split('/').at(-1)
  await patch(url, 0, '0123456789')
  const marked = { title: 'Film', convert_mode: 'auto', file_id, watermark_id: 'w', watermark_area: 'center' }
  expect(await json('POST', '/channels/channel/videos', marked)).toMatchObject({
    ...{ status: 422, errors: { watermark_area: [expect.any(String)] } },
  })
  expect((await json('DELETE', `/files/${file_id}`)).status).toBe(200)
  expect(host.files()).toEqual([])
})
