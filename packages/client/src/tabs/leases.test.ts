import { createFakeClock } from '@chunkwise/testing'
import { expect, test, vi } from 'vitest'
import { asked, leaseLocks, leaseMs, released, renewed, type Lease, type LeaseStore } from './leases.ts'
import type { LockOptions } from './locks.ts'

const never = new AbortController().signal
const options = (more: Partial<LockOptions> = {}): LockOptions => ({
  ...{ wait: false, signal: never, onLost: () => {} },
  ...more,
})

/** A store that all pages of a test have in common. */
function memoryLeases() {
  const leases = new Map<string, Lease>()
  const store: LeaseStore = {
    async change(name, decide) {
      const after = decide(leases.get(name))
      if (after) leases.set(name, after)
      else leases.delete(name)
      return after
    },
  }
  return { leases, store }
}

function pages() {
  const clock = createFakeClock()
  const { leases, store } = memoryLeases()
  return { clock, leases, store, one: leaseLocks(store, clock, 'one'), other: leaseLocks(store, clock, 'other') }
}

test('what nobody has, or had too long ago, may be taken; each time its count grows', () => {
  const first = asked(undefined, 'one', 1_000)
  expect(first).toEqual({ holder: 'one', count: 1, until: 1_000 + leaseMs })
  expect(asked(first, 'other', 2_000)).toBe(first)
  expect(asked(first, 'other', first.until)).toEqual({ holder: 'other', count: 2, until: first.until + leaseMs })
})

test('only its holder renews a lease or gives it back', () => {
  const mine = asked(undefined, 'one', 0)
  const theirs = asked(mine, 'other', leaseMs)
  expect(renewed(mine, mine, 5_000)).toEqual({ ...mine, until: 5_000 + leaseMs })
  expect(renewed(theirs, mine, 5_000)).toBe(theirs)
  expect(renewed(undefined, mine, 5_000)).toBeUndefined()
  expect(released(mine, mine)).toBeUndefined()
  expect(released(theirs, mine)).toBe(theirs)
})

test('F68 a lease is kept for as long as its page lives, renewed every 5 s, and free at once when it lets go', async () => {
  const { clock, one, other, leases } = pages()
  const hold = await one.take('film', options())
  await clock.advance(60_000)
  expect(await other.take('film', options())).toBeUndefined()
  const waiting = other.take('film', options({ wait: true }))
  await clock.advance(10_000)
  hold?.release()
  const next = await clock.run(waiting)
  expect(leases.get('film')?.holder).toBe('other 2')
  next?.release()
  await clock.advance(1_000)
  expect([leases.size, clock.sleepers()]).toEqual([0, 0])
})

test('F68 the lease of a page that died is over after 15 s', async () => {
  const { clock, store, other } = pages()
  const dead = { ...clock, sleep: () => new Promise<never>(() => {}) }
  await leaseLocks(store, dead, 'dead').take('film', options())
  const began = clock.now()
  const hold = await clock.run(other.take('film', options({ wait: true })))
  expect(clock.now() - began).toBe(leaseMs)
  hold?.release()
})

test('F63, F68 a page that was frozen for longer finds the count grown: it has lost it, and takes nothing back', async () => {
  const { clock, store, other, leases } = pages()
  let thaw = (): void => {}
  const frozen = { ...clock, sleep: () => new Promise<void>((resolve) => (thaw = resolve)) }
  const onLost = vi.fn<() => void>()
  const old = await leaseLocks(store, frozen, 'frozen').take('film', options({ onLost }))
  await clock.advance(leaseMs)
  const hold = await other.take('film', options())
  expect(hold).toBeDefined()
  thaw()
  await clock.advance(1)
  expect(onLost).toHaveBeenCalledOnce()
  old?.stay()
  old?.release()
  await clock.advance(1)
  expect(leases.get('film')?.holder).toBe('other 1')
  expect(onLost).toHaveBeenCalledOnce()
})

test('F66 where timers are late, what is sent renews it', async () => {
  const { clock, store, other } = pages()
  const throttled = { ...clock, sleep: () => new Promise<never>(() => {}) }
  const hold = await leaseLocks(store, throttled, 'hidden').take('film', options())
  for (let step = 0; step < 20; step++) {
    await clock.advance(4_000)
    hold?.stay()
  }
  expect(await other.take('film', options())).toBeUndefined()
})

test('who stops waiting leaves nothing behind', async () => {
  const { clock, one, other, leases } = pages()
  const hold = await one.take('film', options())
  const stop = new AbortController()
  const waiting = other.take('film', options({ wait: true, signal: stop.signal }))
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  hold?.release()
  await clock.advance(1)
  expect([leases.size, clock.sleepers()]).toEqual([0, 0])
})
