import { expect, test, vi } from 'vitest'
import { straight } from '../../support/fault-proxy.ts'
import { madeOf } from '../../support/fault-script.ts'
import { begin, chunkSize, kindIn, pace, useWorld } from '../rig.ts'

// One server, one queue.

const world = useWorld()

test('F13 a server that asks one upload for a pause has one of all', async () => {
  let letGo = (): void => {}
  const pausing = new Promise<void>((resolve) => (letGo = resolve))
  let told = 0
  const later: number[] = []
  let creations = 0
  let appends = 0
  const sending = begin(world(), 2 * chunkSize, (request) => async (trip) => {
    if (told > 0) later.push(Date.now())
    if (kindIn(request) === 'create' && ++creations === 3) letGo()
    if (kindIn(request) !== 'append' || ++appends > 3) return straight(trip)
    // All three are under way when the first of them is refused.
    await pausing
    if (appends < 3) await vi.waitFor(() => expect(appends).toBe(3))
    if (told > 0) return straight(trip)
    await trip.whole()
    told = Date.now()
    trip.answer(madeOf({ status: 429, headers: { 'Retry-After': '10' }, body: '' }))
  })
  const others = ['b', 'c'].map((name) => sending.uploader.add(new File([new Uint8Array(2 * chunkSize)], name)))
  await Promise.all([sending.upload, ...others].map(({ finished }) => finished))
  expect(told).toBeGreaterThan(0)
  expect(later.length).toBeGreaterThan(0)
  // Node's timers are early by a millisecond now and then.
  expect(later.filter((at) => at < told + 10_000 / pace - 5)).toEqual([])
})
