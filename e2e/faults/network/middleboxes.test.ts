import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { openFaultProxy, straight } from '../../support/fault-proxy.ts'
import { chunks } from '../../support/request-log.ts'
import * as passages from '../passages.ts'
import { begin, errorsIn, kindIn, MiB, size, untilWhole, useWorld } from '../rig.ts'

// What stands between the client and its server.

const world = useWorld()

describe('F15 a proxy that refuses large bodies', () => {
  test('is found out, and what is sent then gets through', async () => {
    const limit = 150 * 1024
    const sending = begin(world(), MiB, () => passages.limitedTo(limit, 'told'), { chunkSize: 'auto' })
    await untilWhole(sending, world())
    const sizes = chunks(sending.way.log()).map(({ status }) => status)
    expect(sizes.lastIndexOf(413), 'refusals, before the first that got through').toBeLessThan(sizes.indexOf(200))
  })

  test('F16 is found out as well where the reset hides its answer', async () => {
    const limit = 150 * 1024
    const sending = begin(world(), MiB, () => passages.limitedTo(limit, 'hidden'), { chunkSize: 'auto' })
    await untilWhole(sending, world())
  })

  test('even the smallest: the upload fails, and says what to raise', async () => {
    const sending = begin(world(), size, () => passages.limitedTo(10 * 1024, 'told'))
    await expect(sending.upload.finished).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('raise the limit on request bodies'),
    })
  })
})

test('F29 an address where nobody listens is tried again, and said to be unreachable', async () => {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  await once(free, 'close')
  const sending = begin(world(), size, [], { endpoint: `http://127.0.0.1:${port}/api/uploads/` })
  await vi.waitFor(() => expect(errorsIn(sending).length).toBeGreaterThan(1))
  const [waiting] = sending.states.filter(({ status }) => status === 'waiting')
  expect(waiting).toMatchObject({
    error: { code: 'network', message: `Cannot reach 127.0.0.1:${port}: no answer to PUT` },
  })
  const proxy = await openFaultProxy({ port, portFor: () => world().server.port, passageFor: () => straight })
  await sending.upload.finished
  await proxy.close()
})

test('F30 a cache that keeps what it must not is not asked', async () => {
  const cache = passages.rudeCache()
  let appends = 0
  const sending = begin(world(), size, (request) => {
    if (kindIn(request) !== 'append') return cache.passage
    appends += 1
    // Each of these makes it ask where the server stands, which is elsewhere each time.
    return appends % 2 === 1 ? (trip) => trip.whole().then(async () => trip.reset()) : straight
  })
  await untilWhole(sending, world())
  expect(cache.hits()).toBe(0)
})
