import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { handedOver, withLock, type Lease, type Locks } from '../lock.ts'

/** Locks under test. Time is fake: what is on its way between nodes is not. */
export interface LocksRig {
  make(): Promise<Locks>
  /** Lets everything happen that can without time passing. */
  settle(): Promise<unknown>
  elapse(ms: number): Promise<unknown>
  /** Lets every node know that a lock is free; nothing needs to happen where there is one node. */
  spread(): Promise<unknown>
  /** Several nodes take turns. They keep no order among those who wait for a finish, nor among those who come in one moment. */
  readonly nodes?: number
  /** How long whoever asks for the offset waits for a writer that hangs, in milliseconds. */
  readonly hangMs: number
}

/** A holder that lets go as soon as it is asked to. */
export function obey(lease: Lease): Lease {
  if (lease.signal.aborted) lease.release()
  lease.signal.addEventListener('abort', () => lease.release())
  return lease
}

/** What all locks hold, wherever they are kept. */
export function locksContract({ make, settle, elapse, spread, nodes = 1, hangMs }: LocksRig): void {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  describe('S15 one writer per session', () => {
    test('a newer writer makes the older one let go, and waits until it has', async () => {
      const locks = await make()
      const older = await locks.acquire('a', { purpose: 'append' })
      let held = false
      const newer = locks.acquire('a', { purpose: 'append' }).then((lease) => {
        held = true
        return lease
      })
      await settle()
      expect(older.signal.reason).toMatchObject({ code: 'locked', details: { retryAfter: 1 } })
      expect(held).toBe(false)
      older.release()
      expect((await newer).signal.aborted).toBe(false)
    })

    // Several nodes do not promise an order.
    const inOrder = nodes === 1 ? test : () => {}

    inOrder('of many that come at once, the newest gets it and the others are told', async () => {
      const locks = await make()
      const results = await Promise.allSettled(
        Array.from({ length: 50 }, async (_, index) => {
          const lease = obey(await locks.acquire('a', { purpose: 'append' }))
          await settle()
          lease.signal.throwIfAborted()
          return index
        }),
      )
      const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      expect(won).toEqual([49])
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'locked' })
    })

    test('sessions do not wait for each other', async () => {
      const locks = await make()
      await locks.acquire('a', { purpose: 'append' })
      expect((await locks.acquire('b', { purpose: 'append' })).signal.aborted).toBe(false)
    })

    inOrder('a finish is not interrupted: who comes later waits, and gets it afterwards', async () => {
      const locks = await make()
      const finish = await locks.acquire('a', { purpose: 'finish' })
      const later = [locks.acquire('a', { purpose: 'finish' }), locks.acquire('a', { purpose: 'finish' })]
      await settle()
      expect(finish.signal.aborted).toBe(false)
      finish.release()
      const second = await later[0]
      second?.release()
      expect(await later[1]).toBeDefined()
    })
  })

  describe('S16 nobody waits for ever', () => {
    test('a wait for a holder that does not let go ends in "locked"', async () => {
      const locks = await make()
      await locks.acquire('a', { purpose: 'finish' })
      const waiting = expect(locks.acquire('a', { purpose: 'append' })).rejects.toMatchObject({ code: 'locked' })
      await elapse(10_000)
      await waiting
    })

    test('who will not wait is told at once', async () => {
      const locks = await make()
      const holder = await locks.acquire('a', { purpose: 'append' })
      await expect(locks.acquire('a', { purpose: 'finish', waitMs: 0 })).rejects.toMatchObject({ code: 'locked' })
      await settle()
      expect(holder.signal.aborted).toBe(false)
    })

    test('who has left does not get it, and does not stand in the way', async () => {
      const locks = await make()
      const holder = await locks.acquire('a', { purpose: 'finish' })
      const controller = new AbortController()
      const left = expect(locks.acquire('a', { purpose: 'finish', signal: controller.signal })).rejects.toThrow('left')
      const next = locks.acquire('a', { purpose: 'finish' })
      controller.abort(new Error('left'))
      await left
      holder.release()
      expect(await next).toBeDefined()
    })

    test("freeing twice frees nobody else's hold", async () => {
      const locks = await make()
      const first = await locks.acquire('a', { purpose: 'append' })
      first.release()
      await spread()
      const second = await locks.acquire('a', { purpose: 'append' })
      first.release()
      await expect(locks.acquire('a', { purpose: 'finish', waitMs: 0 })).rejects.toMatchObject({ code: 'locked' })
      second.release()
      await spread()
      await locks.acquire('a', { purpose: 'finish', waitMs: 0 })
    })

    test('a use that fails frees the session', async () => {
      const locks = await make()
      const failing = withLock(locks, 'a', { purpose: 'append' }, async () => {
        throw new Error('disk')
      })
      await expect(failing).rejects.toThrow('disk')
      await spread()
      await locks.acquire('a', { purpose: 'finish', waitMs: 0 })
    })
  })

  describe('S16 asking for the offset', () => {
    test('does not wait where nobody writes, nor for a finish', async () => {
      const locks = await make()
      await locks.settle('a')
      await locks.acquire('a', { purpose: 'finish' })
      await locks.settle('a')
    })

    test('stops a writer that has been silent for 2 s', async () => {
      const locks = await make()
      const writer = obey(await locks.acquire('a', { purpose: 'append' }))
      await elapse(1999)
      const asked = locks.settle('a')
      await settle()
      expect(writer.signal.aborted).toBe(false)
      await elapse(1)
      await asked
      expect(writer.signal.reason).toBe(handedOver)
    })

    test('lets a busy writer end by itself', async () => {
      const locks = await make()
      const writer = await locks.acquire('a', { purpose: 'append' })
      const asked = locks.settle('a')
      for (let second = 0; second < 5; second += 1) {
        await elapse(1000)
        writer.active()
      }
      expect(writer.signal.aborted).toBe(false)
      writer.release()
      await asked
    })

    test('stops even a busy writer after 10 s', async () => {
      const locks = await make()
      const writer = obey(await locks.acquire('a', { purpose: 'append' }))
      const asked = locks.settle('a')
      for (let second = 0; second < 10; second += 1) {
        await elapse(999)
        writer.active()
        expect(writer.signal.aborted).toBe(false)
      }
      await elapse(1000)
      await asked
      expect(writer.signal.reason).toBe(handedOver)
    })

    test('ends in "locked" where a stopped writer hangs', async () => {
      const locks = await make()
      await locks.acquire('a', { purpose: 'append' })
      const asked = expect(locks.settle('a')).rejects.toMatchObject({ code: 'locked' })
      await elapse(hangMs)
      await asked
    })

    test('ends when whoever asked has left', async () => {
      const locks = await make()
      await locks.acquire('a', { purpose: 'append' })
      const controller = new AbortController()
      const asked = expect(locks.settle('a', controller.signal)).rejects.toThrow('left')
      await settle()
      controller.abort(new Error('left'))
      await asked
    })
  })
}
