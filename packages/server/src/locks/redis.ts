import { handedOver, locked, memoryLocks, waits, type Locks } from '../lock.ts'
import type { DuplicableRedisClient } from '../redis-client.ts'
import { unless } from '../unless.ts'
import { answered } from '../redis-ask.ts'
import { openChannel } from './redis-channel.ts'
import { lockCommands } from './redis-commands.ts'
import { keepHold, newHold, type Hold } from './redis-hold.ts'

/** Options of {@link redisLocks}. */
export interface RedisLocksOptions {
  /** A client of `ioredis`. A second connection like it is made to listen, and ended by `close`; this one is its owner's to end. */
  readonly redis: DuplicableRedisClient
  /** What the names of all keys begin with: `{chunkwise}:uploads:`. What is in braces keeps them on one node of a cluster. */
  readonly prefix?: string
  /**
   * How long a lock outlives the node that held it, in milliseconds: 15 000. It is renewed three times as often. While a request waits for
   * less (10 000), one that comes right after a crash may be told `locked` once or twice.
   */
  readonly ttlMs?: number
  /** How often whoever waits looks by itself, since messages may be lost, in milliseconds: 500. */
  readonly pollMs?: number
  /** How long Redis may take to answer, in milliseconds: 5000. After that all who ask are told `unavailable`. */
  readonly answerMs?: number
}

/**
 * Locks that several nodes share, kept in Redis. Within a node they are those of one process; between nodes the same holds: a newer request
 * makes an older writer let go, a finish is not interrupted, and who asks for the offset waits for the writer. Only the order of those who
 * wait on several nodes for a finish is not kept.
 *
 * A lock can be lost: when its node stood still for longer than `ttlMs`, or Redis has forgotten it or cannot be reached. Its signal is
 * aborted then, and what is committed under it is refused by records that know its fence.
 *
 * @throws UploadProblem `unavailable` from all methods while Redis does not answer.
 * @example
 * const locks = redisLocks({ redis: new Redis('redis://127.0.0.1') })
 * createUploadHandler({ store, locks })
 */
export function redisLocks({
  redis,
  prefix = '{chunkwise}:uploads:',
  ttlMs = 15_000,
  pollMs = 500,
  answerMs = 5000,
}: RedisLocksOptions): Locks & { close(): Promise<void> } {
  const here = memoryLocks()
  /** Who is first on this node, for each lock. */
  const holds = new Map<string, Hold>()
  const settling = new Set<string>()
  const releases = new Set<Promise<void>>()
  const name = `${prefix}locks`
  const commands = lockCommands(redis, prefix, name, ttlMs)

  const channel = openChannel(redis, name, (message) => {
    const { id } = message
    const hold = holds.get(id)
    if (hold?.purpose !== 'append') return
    if (message.what === 'let-go') {
      if (hold.asked > 0 && hold.asked < message.before) hold.stop(locked())
      return
    }
    if (hold.token === undefined) return
    if (message.busyMs === 0) hold.stop(handedOver)
    if (settling.has(id)) return
    settling.add(id)
    // Whoever asked hears of it by the lock, or does not wait any longer.
    void here
      .settle(id)
      .catch(() => {})
      .finally(() => settling.delete(id))
  })

  function release(id: string, hold: Hold): void {
    // What fails here ends by its time.
    const done = answered(commands.release(id, hold.name), answerMs)
      .catch(() => {})
      .finally(() => releases.delete(done))
    releases.add(done)
  }

  /** Tries once. Says whether it was taken, or `over`: a newer request has it. */
  async function take(id: string, hold: Hold, asks: boolean, signal: AbortSignal): Promise<'taken' | 'held' | 'over'> {
    const { name: named, purpose, asked } = hold
    const trying = commands.take(id, { hold: named, purpose, asked, asks })
    try {
      const tried = await answered(trying, answerMs, signal)
      hold.asked = tried.asked
      hold.token = tried.token
      if (tried.token !== undefined) return 'taken'
      return purpose === 'append' && tried.holder > tried.asked ? 'over' : 'held'
    } catch (error) {
      // It may still be taken, even much later: a client sends again what it was asked while it had no connection.
      void trying.catch(() => {}).then(() => release(id, hold))
      throw error
    }
  }

  return {
    async acquire(id, { purpose, waitMs = waits.waitMs, signal }) {
      const deadline = performance.now() + waitMs
      // Numbered as it comes: otherwise it would count as newer than who asks on another node while it waits here.
      const number = waitMs > 0 && holds.has(id) ? answered(commands.number(), answerMs, signal) : Promise.resolve(0)
      number.catch(() => {})
      const lease = await here.acquire(id, { purpose, waitMs, ...(signal && { signal }) })
      const hold = newHold(purpose, lease.signal)
      holds.set(id, hold)
      const leave = (): void => {
        if (holds.get(id) === hold) holds.delete(id)
        lease.release()
      }
      let takenAt = performance.now()
      try {
        const given = signal ? AbortSignal.any([signal, hold.signal]) : hold.signal
        hold.asked = await number
        for (;;) {
          given.throwIfAborted()
          // Who waits is not idle, or asking for the offset would end the wait.
          lease.active()
          takenAt = performance.now()
          const left = deadline - takenAt
          const listening = channel.listen(id, Math.max(0, Math.min(pollMs, left)))
          try {
            const result = await take(id, hold, left > 0, given)
            if (result === 'taken') break
            if (result === 'over' || left <= 0) throw locked()
            await unless(listening.over, given)
          } finally {
            listening.end()
          }
        }
      } catch (error) {
        leave()
        signal?.throwIfAborted()
        throw hold.signal.aborted ? locked() : error
      }
      const stopKeeping = keepHold(hold, ttlMs, takenAt, () => commands.renew(id, hold.name))
      let released = false
      return {
        signal: hold.signal,
        ...(hold.token !== undefined && { fence: hold.token }),
        active: () => lease.active(),
        release() {
          if (released) return
          released = true
          stopKeeping()
          // Before the next one on this node asks: what is sent first arrives first.
          release(id, hold)
          leave()
        },
      }
    },

    async settle(id, signal = new AbortController().signal) {
      const start = performance.now()
      for (;;) {
        signal.throwIfAborted()
        const passed = performance.now() - start
        const busyMs = Math.max(0, Math.ceil(waits.busyMs - passed))
        // A writer that was stopped ends by itself; only the storage can keep it, and that is worth one long wait.
        if (passed >= waits.busyMs + waits.waitMs) throw locked()
        const listening = channel.listen(id, pollMs)
        try {
          const token = await answered(commands.settle(id, busyMs), answerMs, signal)
          if (token === undefined) return
          if (token === holds.get(id)?.token && busyMs > 0) await here.settle(id, signal)
          else await unless(listening.over, signal)
        } finally {
          listening.end()
        }
      }
    },

    async close() {
      channel.close()
      await Promise.all(releases)
    },
  }
}
