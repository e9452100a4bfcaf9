import { expect, test } from 'vitest'
import { holdingOf, type Holding, type Ledger, type Wish } from '../ledger.ts'
import { resolveLimits, type LimitOptions } from '../limits.ts'
import { newRecord } from '../stores/fixtures/records.ts'
import { memoryStore } from '../stores/memory.ts'
import type { Throttle, ThrottleOptions } from '../throttle.ts'

/** What a session wants that has nothing yet. */
export const newWish = (change: Partial<Wish> = {}): Wish => ({
  ...{ id: crypto.randomUUID(), account: 'owner ada', bytes: 10, stored: 0, space: undefined },
  ...change,
})

const holding = (change: Partial<Holding> = {}): Holding => ({
  ...{ account: 'owner ada', status: 'uploading', bytes: 10, stored: 0 },
  ...change,
})

const none = { open: 0, bytes: 0, stored: 0 }
const limited = (options: LimitOptions) => resolveLimits(options)
const unlimited = limited({})

/**
 * What every ledger holds, wherever it is kept.
 *
 * @param make ledgers that count together, two at least: of several nodes, or one twice
 */
export function ledgerContract(make: () => Promise<readonly [Ledger, Ledger]>): void {
  test('what is taken counts for its account and for all, everywhere, until it is set to nothing', async () => {
    const [here, there] = await make()
    // Whatever may be in the name of an owner.
    const account = 'owner  {a} 1 2\n"ж'
    const [one, other] = [newWish({ account }), newWish({ bytes: 5, stored: 2 })]
    expect([await here.take(one, unlimited), await here.take(other, unlimited)]).toEqual([true, true])
    expect(await there.get(one.id)).toEqual(holding({ account }))
    expect(await there.totals(account)).toEqual({ open: 1, bytes: 10, stored: 0 })
    expect(await there.overview()).toMatchObject({ open: 2, bytes: 15, stored: 2, statuses: { uploading: 2 } })
    await there.set(one.id, undefined)
    expect([await here.get(one.id), await here.totals(account)]).toEqual([undefined, none])
    expect(await here.overview()).toMatchObject({ open: 1, bytes: 5, stored: 2, statuses: { uploading: 1 } })
  })

  test('who has something takes only what is more, and gives nothing back by wanting less', async () => {
    const [here, there] = await make()
    const wish = newWish()
    await here.take(wish, unlimited)
    await here.set(wish.id, holding({ stored: 7 }))
    expect(await there.take({ ...wish, bytes: 30 }, limited({ totalBytes: 30, openUploads: 1 }))).toBe(false)
    expect(await here.take({ ...wish, bytes: 5 }, limited({ totalBytes: 1 }))).toBe(false)
    expect(await here.get(wish.id)).toEqual(holding({ bytes: 30, stored: 7 }))
  })

  test.each([
    ['too-many-requests', { openUploads: 1 }, 'Too many unfinished uploads: at most 1 at once'],
    ['too-large', { ownerBytes: 9 }, 'All uploads together may take 9 bytes'],
    ['too-large', { totalBytes: 9 }, 'All uploads together may take 9 bytes'],
    ['storage-full', { ownerBytes: 19, totalBytes: 18 }, 'Your uploads together may take 19 bytes'],
    ['storage-full', { totalBytes: 19 }, 'No room is left for this upload'],
  ] as const)('%s for one more with %j, and nothing has changed', async (code, options, message) => {
    const [here, there] = await make()
    await here.take(newWish(), unlimited)
    const before = await here.overview()
    const wish = newWish()
    await expect(there.take(wish, limited(options))).rejects.toMatchObject({ code, message })
    expect([await here.get(wish.id), await here.overview()]).toEqual([undefined, before])
    // What is somebody else's is not in the way of an account, nor what is over.
    const others = newWish({ account: 'owner bob' })
    if ('openUploads' in options) {
      await there.take(others, limited(options))
      await there.set(others.id, holding({ account: 'owner bob', status: 'complete' }))
      await there.take({ ...others, id: crypto.randomUUID() }, limited(options))
    }
  })

  test('a session without bytes counts as one, and has room where there is none', async () => {
    const [here] = await make()
    await here.take(newWish({ bytes: 5 }), unlimited)
    const full = limited({ totalBytes: 1, openUploads: 2 })
    expect(await here.take(newWish({ bytes: 0 }), full)).toBe(true)
    await expect(here.take(newWish({ bytes: 0 }), full)).rejects.toMatchObject({ code: 'too-many-requests' })
  })

  test('what the disk had when it was measured is less by what was promised since, even if that was given back', async () => {
    const [here, there] = await make()
    await here.take(newWish(), unlimited)
    const { promised } = await here.overview()
    const space = { spare: 20, promised }
    const first = newWish({ space })
    await there.take(first, unlimited)
    await there.set(first.id, undefined)
    await expect(here.take(newWish({ bytes: 11, space }), unlimited)).rejects.toMatchObject({ code: 'storage-full' })
    await here.take(newWish({ space }), unlimited)
    await expect(here.take(newWish({ bytes: 1, space }), unlimited)).rejects.toMatchObject({ code: 'storage-full' })
  })

  test('each status is counted', async () => {
    const [here, there] = await make()
    const states = ['uploading', 'verifying', 'complete', 'failed', 'expired'] as const
    for (const status of states) await here.set(crypto.randomUUID(), holding({ status, stored: 1 }))
    const statuses = { uploading: 1, verifying: 1, complete: 1, failed: 1, expired: 1 }
    expect(await there.overview()).toMatchObject({ statuses, open: 2, bytes: 50, stored: 5 })
  })

  test('I18 of two hundred at once exactly as many get in as there is room for, and never more are in', async () => {
    const ledgers = await make()
    const limits = limited({ openUploads: 60, ownerBytes: 500, totalBytes: 1200 })
    const look = async (ledger: Ledger): Promise<void> => {
      expect((await ledger.overview()).bytes).toBeLessThanOrEqual(1200)
      const own = await ledger.totals('owner a')
      expect(own.bytes).toBeLessThanOrEqual(500)
      expect(own.open).toBeLessThanOrEqual(60)
    }
    const taken = await Promise.allSettled(
      Array.from({ length: 200 }, async (_, index) => {
        const ledger = ledgers[index % 2 === 0 ? 0 : 1]
        await ledger.take(newWish({ account: `owner ${'abc'[index % 3]}` }), limits)
        await look(ledger)
      }),
    )
    const failures = taken.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
    for (const failure of failures) expect(failure).toMatchObject({ code: 'storage-full' })
    expect(failures).toHaveLength(80)
    expect(await ledgers[0].overview()).toMatchObject({ open: 120, bytes: 1200 })
    expect((await ledgers[0].totals('owner a')).bytes).toBeLessThanOrEqual(500)
  })

  test('I18 of two hundred at once of one account as many get in as may be open', async () => {
    const ledgers = await make()
    const limits = limited({ openUploads: 60, ownerBytes: 5000 })
    const wishes = Array.from({ length: 200 }, (_, index) => ledgers[index % 2 === 0 ? 0 : 1].take(newWish(), limits))
    const taken = await Promise.allSettled(wishes)
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(60)
    expect(await ledgers[1].totals('owner ada')).toMatchObject({ open: 60, bytes: 600 })
  })

  test('numbers are exact up to 2^53', async () => {
    const [here, there] = await make()
    const all = Number.MAX_SAFE_INTEGER
    const [most, least] = [newWish({ bytes: all - 1, stored: all - 3 }), newWish({ bytes: 1 })]
    await here.take(most, limited({ totalBytes: all }))
    await here.take(least, limited({ totalBytes: all }))
    expect(await there.overview()).toMatchObject({ bytes: all, stored: all - 3 })
    await expect(here.take(newWish({ bytes: 1 }), limited({ totalBytes: all }))).rejects.toThrow('No room')
    expect(await there.get(most.id)).toEqual(holding({ bytes: all - 1, stored: all - 3 }))
    await here.set(most.id, undefined)
    expect(await there.overview()).toMatchObject({ bytes: 1, stored: 0 })
  })

  test('where nobody counts yet, it begins with what the records say', async () => {
    const [here, there] = await make()
    const store = memoryStore()
    const [open, over] = [
      newRecord({ owner: 'ada', size: 10, offset: 4 }),
      newRecord({ owner: 'ada', status: 'complete' }),
    ]
    await store.commit(open)
    await store.commit({ ...over, offset: 3 })
    await here.fill(store)
    expect(await there.totals('owner ada')).toEqual({ open: 1, bytes: 13, stored: 7 })
    expect(await there.get(open.id)).toEqual(holdingOf(open))
  })
}

/**
 * What every throttle holds.
 *
 * @param make throttles that count together by this clock: of several nodes, or one twice
 */
export function throttleContract(
  make: (options: ThrottleOptions, now: () => number) => readonly [Throttle, Throttle],
): void {
  const clocked = (requests: number, perMs: number) => {
    const clock = { now: 0 }
    const [throttle, other] = make({ requests, perMs }, () => clock.now)
    return { clock, throttle, other }
  }

  test('one request too many is told how long to wait, and then may', async () => {
    const { clock, throttle, other } = clocked(2, 60_000)
    await throttle('alice')
    clock.now = 10_000
    await other('alice')
    clock.now = 20_500
    await expect(throttle('alice')).rejects.toThrow('Expected available in 40 seconds')
    clock.now = 60_000
    await throttle('alice')
    const problem = { code: 'too-many-requests', details: { retryAfter: 10 } }
    await expect(other('alice')).rejects.toMatchObject(problem)
    await expect(throttle('alice')).rejects.toThrow('Request was throttled. Expected available in 10 seconds.')
  })

  test('a refused request does not count', async () => {
    const { clock, throttle } = clocked(1, 1000)
    await throttle('alice')
    for (clock.now = 100; clock.now < 1000; clock.now += 100) await expect(throttle('alice')).rejects.toThrow()
    await throttle('alice')
  })

  test('nobody pays for another', async () => {
    const { throttle, other } = clocked(1, 1000)
    await throttle('alice')
    await throttle('bob')
    await expect(throttle('alice')).rejects.toThrow()
    await expect(other('bob')).rejects.toThrow()
  })

  test('of a hundred at once as many get through as may', async () => {
    const { throttle, other } = clocked(30, 60_000)
    const asked = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? throttle : other)('alice'))
    const told = await Promise.allSettled(asked)
    expect(told.filter(({ status }) => status === 'fulfilled')).toHaveLength(30)
  })

  test('without a limit nothing is counted', async () => {
    const { throttle } = clocked(Infinity, 1000)
    for (let count = 0; count < 10; count += 1) await throttle('alice')
  })
}
