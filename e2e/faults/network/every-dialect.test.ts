import { type Kind, type Script } from '@chunkwise/testing'
import { describe, expect, test, vi } from 'vitest'
import { straight } from '../../support/fault-proxy.ts'
import { chunks } from '../../support/request-log.ts'
import * as passages from '../passages.ts'
import { begin, chunkSize, dialects, errorsIn, kindIn, only, size, untilWhole, useWorld } from '../rig.ts'

// What networks do, with the real client, the real server and real sockets between them, in every dialect.

const world = useWorld()

describe.each(dialects)('$name', ({ name, protocol }) => {
  test.each([
    ['before the first byte', 0],
    ['after one byte', 1],
    ['in the middle', chunkSize / 2],
    ['before the last byte', chunkSize - 1],
    ['after the last byte', chunkSize],
  ])('F01 a chunk that is cut %s costs at most itself', async (_, after) => {
    const sending = begin(world(), size, [{ fault: 'cut', after, on: 'append' }], { protocol: protocol() })
    await untilWhole(sending, world())
    expect(errorsIn(sending)).toEqual(['network'])
  })

  test('F01 a request that is cut inside its head was never there', async () => {
    const sending = begin(world(), size, only('append', 2, passages.cutInHead(40)), { protocol: protocol() })
    await untilWhole(sending, world())
    expect(errorsIn(sending)).toEqual(['network'])
  })

  test('F02 a chunk whose answer is lost is asked after, and not sent again', async () => {
    const script: Script = [
      { fault: 'ok', on: 'append' },
      { fault: 'lost', on: 'append' },
    ]
    const sending = begin(world(), size, script, { protocol: protocol() })
    await untilWhole(sending, world())
    const starts = chunks(sending.way.log()).map(({ range }) => range?.start)
    expect(new Set(starts).size).toBe(starts.length)
  })

  test('F04 what an abandoned chunk still delivers changes nothing that was answered (I03)', async () => {
    let release = (): void => {}
    const zombie = passages.zombieAfter(chunkSize / 2, new Promise((resolve) => (release = resolve)))
    let appends = 0
    const sending = begin(
      world(),
      size,
      (request) => {
        if (kindIn(request) !== 'append') return straight
        appends += 1
        if (appends === 1) return zombie
        // As the next chunk sets out, the rest of the first one does.
        if (appends === 2) release()
        return straight
      },
      { protocol: protocol() },
    )
    await untilWhole(sending, world())
    const [, next] = sending.way.log().filter((request) => kindIn(request) === 'append')
    expect(next?.status, 'the chunk from where the server said it stands').toBeLessThan(300)
  })

  test.each([
    ['F05 a chunk that stands still on its way', passages.stallAfter(chunkSize / 2)],
    ['F28 a network that drops silently, the server being told nothing,', passages.vanishAfter(chunkSize / 2)],
    ['F05 an answer that stands still on its way', passages.withholdAnswer],
  ])('%s is given up, asked after, and the upload goes on', async (_, passage) => {
    const sending = begin(world(), size, only('append', 2, passage), { protocol: protocol() })
    await untilWhole(sending, world())
    expect(errorsIn(sending)).toEqual(['timeout'])
  })

  test('F16 the answer to what the server no longer knows is hidden by a reset: status tells it', async () => {
    let forgotten = false
    const sending = begin(
      world(),
      size,
      (request) => async (trip) => {
        if (kindIn(request) !== 'append' || forgotten) return straight(trip)
        forgotten = true
        await world().forget(request.path.replace(/\/$/, '').split('/').at(-1) ?? '')
        const delivery = await trip.connect()
        await delivery.answer
        trip.reset()
      },
      { protocol: protocol() },
    )
    await untilWhole(sending, world())
    expect(sending.notices).toEqual(['restarted'])
  })

  test('F25 a middlebox that sends bodies on without a length changes nothing', async () => {
    const sending = begin(world(), size, () => passages.rechunked, { protocol: protocol() })
    await untilWhole(sending, world())
    expect(errorsIn(sending)).toEqual([])
  })

  test('F33 a creation whose answer is lost twice is one session', async () => {
    const sending = begin(world(), size, [{ fault: 'lost', on: 'create', times: 2 }], { protocol: protocol() })
    await untilWhole(sending, world())
    expect(errorsIn(sending)).toEqual(['network', 'network'])
  })

  test.each<Kind>(['create', 'append', 'offset', 'complete'])(
    'F20 a portal that answers %s with its own page is waited out (I01)',
    async (on) => {
      const script: Script = [
        { fault: 'html', on, times: 2 },
        // Something that makes it ask.
        { fault: 'cut', after: 100, on: 'append' },
      ]
      const sending = begin(world(), size, script, { protocol: protocol() })
      await untilWhole(sending, world())
      const asked = on !== 'complete' || name === 'drf'
      expect(sending.notices).toEqual(asked ? ['network-blocked', 'network-blocked'] : [])
    },
  )

  test('F17 a chunk that came twice and a session that is locked cost no session', async () => {
    const script: Script = [
      { fault: 'duplicate', on: 'append' },
      { fault: 'status', status: 423, headers: { 'Retry-After': '2' }, on: 'append' },
    ]
    const sending = begin(world(), size, script, { protocol: protocol() })
    await untilWhole(sending, world())
    expect(errorsIn(sending)).toEqual(['locked'])
    expect(sending.notices).toEqual([])
  })

  test('F12 a burst of 500, 502, 503 and 504 is waited out', async () => {
    const script = [500, 502, 503, 504].map((status) => ({ fault: 'status', status, on: 'append' }) as const)
    const sending = begin(world(), size, script, { protocol: protocol() })
    await untilWhole(sending, world())
    expect(errorsIn(sending)).toHaveLength(4)
  })

  test('F35 an abort whose answer is lost ends all the same, and says that nobody has confirmed it', async () => {
    const sending = begin(
      world(),
      size,
      [
        { fault: 'delay', ms: 60_000, on: 'append' },
        { fault: 'drop', on: 'terminate' },
      ],
      { protocol: protocol() },
    )
    await vi.waitFor(() => expect(sending.upload.getState().status).toBe('uploading'))
    expect(await sending.upload.cancel()).toBe(false)
    expect(sending.upload.getState().status).toBe('cancelled')
    const left = (await world().server.uploads()).filter(({ filename }) => filename === sending.file.name)
    expect(left, 'the server keeps it until it expires').toMatchObject([{ complete: false }])
  })

  test('F79 a session that expired while it was paused is begun anew, and said to be', async () => {
    const sending = begin(world(), size, [{ fault: 'delay', ms: 60_000, on: 'append' }], { protocol: protocol() })
    await vi.waitFor(() => expect(sending.upload.getState().status).toBe('uploading'))
    sending.upload.pause()
    await sending.way.expire()
    sending.upload.resume()
    await untilWhole(sending, world())
    expect(sending.notices).toEqual(['restarted'])
  })
})
