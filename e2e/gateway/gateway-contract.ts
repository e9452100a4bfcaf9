import { expect, test } from 'vitest'
import type { Answer, Rig } from './rig.ts'

/** A gateway to one host, and how bytes get there. */
export interface Subject {
  readonly rig: Rig
  /** Sends all bytes of an upload that was just created, as a browser does. */
  sendAll(created: Answer, size: number): Promise<void>
  /** How many uploads and videos the host has. */
  atHost(): number
  /** Long enough for the host to be done with any video, in milliseconds. */
  readonly doneMs: number
  /** How long an upload may stand still by default, in milliseconds. */
  readonly idleMs: number
}

/** What every gateway to a video host does, whichever it is. */
export function gatewayContract(make: () => Subject): void {
  const size = 1000

  async function begun() {
    const subject = make()
    const created = await subject.rig.create(size)
    const id = created.headers.get('Upload-Id') ?? ''
    const state = async (): Promise<string> => String(Object((await subject.rig.ask('GET', id)).json).state)
    return { ...subject, created, id, state }
  }

  test('a creation names an id of ours, where the bytes go, when it expires, and what chunks there may be', async () => {
    const { created, id } = await begun()
    expect(created.status).toBe(201)
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(created.headers.get('Location')).toMatch(/^https:\/\//)
    expect(Date.parse(created.headers.get('Upload-Expires') ?? '')).toBeGreaterThan(0)
    expect(created.headers.get('Tus-Resumable')).toBe('1.0.0')
    expect(created.headers.get('Upload-Limit')).toContain('max-size=30000000000')
  })

  test('a video goes from its creation to ready, and its states never go back', async () => {
    const { rig, created, id, state, sendAll, doneMs } = await begun()
    const seen = [await state()]
    await sendAll(created, size)
    expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 200, json: { id, size } })
    for (let turn = 0; turn < 20; turn += 1) {
      rig.pass(doneMs / 10)
      await rig.gateway.videos.follow()
      seen.push(await state())
    }
    const order = ['created', 'uploading', 'uploaded', 'processing', 'ready']
    const places = seen.map((each) => order.indexOf(each))
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect([seen[0], seen.at(-1)]).toEqual(['created', 'ready'])
    expect(rig.errors).toEqual([])
  })

  test('a finish before the last byte is refused, and nothing is lost by it', async () => {
    const { rig, created, id, sendAll } = await begun()
    expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 409 })
    await sendAll(created, size)
    expect(await rig.ask('POST', `${id}/finalize`)).toMatchObject({ status: 200 })
  })

  test('whoever drops it drops it at the host too, whole or not, and twice', async () => {
    for (const whole of [false, true]) {
      const { rig, created, id, sendAll, atHost } = await begun()
      if (whole) await sendAll(created, size)
      expect(await rig.ask('DELETE', id)).toMatchObject({ status: 204 })
      expect(await rig.ask('DELETE', id)).toMatchObject({ status: 404 })
      expect(atHost()).toBe(0)
    }
  })

  test('what is begun and left is dropped when it expires, not before', async () => {
    const { rig, state, atHost, idleMs } = await begun()
    rig.pass(idleMs - 60_000)
    await rig.gateway.videos.follow()
    expect([await state(), atHost()]).toEqual(['created', 1])
    rig.pass(60_000)
    await rig.gateway.videos.follow()
    expect([await state(), atHost()]).toEqual(['expired', 0])
  })

  test('what a server reserved that died before the host answered is nobody’s video, and expires', async () => {
    const { rig, id, idleMs } = await begun()
    const record = await rig.videos.read(id)
    if (!record) throw new Error('There is no record')
    await rig.videos.write({ ...record, id: 'f'.repeat(32), revision: 1, owner: 'bob', uid: '', place: '' })
    expect(await rig.ask('GET', '', { as: 'bob' })).toMatchObject({ json: [] })
    expect(await rig.videos.list({ owner: 'bob', states: ['created'] })).toHaveLength(1)
    rig.pass(idleMs)
    await rig.gateway.videos.follow()
    expect(await rig.videos.list({ owner: 'bob', states: ['created'] })).toEqual([])
    expect(rig.errors).toEqual([])
  })

  test('while the host is away nothing changes, and afterwards it goes on', async () => {
    const { rig, created, id, state, sendAll, doneMs } = await begun()
    await sendAll(created, size)
    await rig.ask('POST', `${id}/finalize`)
    rig.host.fail({ on: 'api', status: 503, times: 2 })
    rig.pass(doneMs + 10_000)
    const before = await state()
    await rig.gateway.videos.follow()
    expect(rig.errors).toMatchObject([{ code: 'unavailable' }])
    expect(['uploaded', 'processing', 'created']).toContain(before)
    rig.pass(5 * 60_000)
    await rig.gateway.videos.follow()
    expect(await state()).toBe('ready')
  })

  test('what is known is told after a restart, and goes on', async () => {
    const { rig, created, id, sendAll, doneMs } = await begun()
    await sendAll(created, size)
    const again = rig.restarted()
    expect(await again.ask('POST', `${id}/finalize`)).toMatchObject({ status: 200 })
    rig.pass(doneMs + 10_000)
    await again.gateway.videos.follow()
    expect(await again.ask('GET', id)).toMatchObject({ json: { id, state: 'ready' } })
  })
}
