import { holdingOf, type Holding, type Ledger, type Totals } from '../ledger.ts'
import { refused, type Refusal } from '../limits.ts'
import type { SessionStatus } from '../record.ts'
import type { UploadStore } from '../store.ts'
import type { AskRedis } from '../redis-ask.ts'
import { amending, looking, renewing, setting, taking } from './redis-scripts.ts'

/** What a ledger in Redis needs. */
export interface RedisLedgerSettings {
  readonly ask: AskRedis
  readonly prefix: string
  /** How long what is reserved counts, in milliseconds, when its node no longer says that it is at work on it. */
  readonly abandonedMs: number
  /** Absent: the clock of Redis. */
  readonly now: (() => number) | undefined
}

/** Bytes: some round trips less for each MB, and no more than a small part of any limit. */
const ahead = 1024 ** 2

/** How many are asked for at once. */
const page = 500

/**
 * Counts what sessions take in Redis, for all nodes over one store: each look and the taking that follows are one script.
 *
 * What a record stands for is kept as long as the record is. What was reserved and is in no record yet has a time to live, which the
 * node at work on it puts off. So a node that dies keeps nothing for ever, and one that is slow loses nothing. A repair compares all with
 * the records, and corrects only what has not changed since it looked and nobody is at work on.
 */
export function redisLedger({ ask, prefix, abandonedMs, now }: RedisLedgerSettings): Ledger {
  const keys = ['sums', 'state', 'sessions', 'pending'].map((name) => `${prefix}counts:${name}`)
  const [sums = '', state = '', sessions = ''] = keys
  const run = async (script: string, ...values: (string | number)[]): Promise<unknown> =>
    ask('EVAL', script, keys.length, ...keys, ...values)
  const clock = (): number | '' => now?.() ?? ''
  const valuesOf = (holding: Holding | undefined): (string | number)[] =>
    holding ? [holding.status, holding.bytes, holding.stored, holding.account] : ['', '', '', '']

  // What this node has reserved and no record stands for yet.
  const kept = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function keep(id?: string): void {
    if (id !== undefined) kept.add(id)
    timer ??= setTimeout(
      () => {
        timer = undefined
        // One that fails is followed by others, before anything is lost.
        void run(renewing, abandonedMs, clock(), ...kept).catch(() => {})
        keep()
      },
      Math.min(abandonedMs / 4, 60_000),
    )
  }

  function letGo(id: string): void {
    kept.delete(id)
    if (kept.size > 0) return
    clearTimeout(timer)
    timer = undefined
  }

  const amend = async (id: string, seen: string, holding: Holding | undefined): Promise<void> =>
    void (await run(amending, id, ...valuesOf(holding), seen, clock()))

  async function repair(store: UploadStore): Promise<void> {
    const records = new Map<string, string>()
    for await (const record of store.list()) records.set(record.id, textOf(holdingOf(record)))
    let cursor = '0'
    do {
      const found = arrayIn(await ask('HSCAN', sessions, cursor, 'COUNT', page))
      cursor = textIn(found[0])
      for (const [id, seen] of pairsIn(found[1])) {
        const isRight = records.get(id) === seen.replace(/^\d+ /, '')
        records.delete(id)
        if (isRight) continue
        // Read again, since it may have been made or changed after the list; but after what is held was seen.
        const record = await store.read(id)
        await amend(id, seen, record && holdingOf(record))
      }
    } while (cursor !== '0')
    for (const id of records.keys()) {
      const record = await store.read(id)
      if (record) await amend(id, '', holdingOf(record))
    }
    await ask('HSET', state, 'filled', 1)
  }

  return {
    ahead,
    async take({ id, account, bytes, stored, space }, limits) {
      const { openUploads, ownerBytes, totalBytes } = limits
      const most = [openUploads, ownerBytes, Math.min(totalBytes, Number.MAX_SAFE_INTEGER)].map(numeral)
      const room = space ? [numeral(space.spare), space.promised] : ['', '']
      const answer = await run(taking, id, account, bytes, stored, ...most, ...room, abandonedMs, clock())
      if (answer === 'held') return false
      if (answer !== 'fresh' && answer !== 'more') throw refused(refusalIn(answer), limits)
      keep(id)
      return answer === 'fresh'
    },
    async get(id) {
      const found = /^\d+ (\w+) (\d+) (\d+) (.*)$/s.exec(textIn(await ask('HGET', sessions, id)))
      if (!found) return undefined
      const [, status = '', bytes, stored, account = ''] = found
      return isStatus(status) ? { account, status, bytes: Number(bytes), stored: Number(stored) } : undefined
    },
    async set(id, holding) {
      letGo(id)
      // Bytes of what has expired count until they are removed, though its record says nothing of them.
      const isPassing = holding?.status === 'expired' && holding.bytes > 0
      if (isPassing) keep(id)
      await run(setting, id, ...valuesOf(holding), isPassing ? abandonedMs : '', clock()).catch(() => {})
    },
    totals: async (account) => totalsIn(await ask('HGET', sums, account)),
    async overview() {
      const [found, facts] = arrayIn(await run(looking))
      const numbers = Object.fromEntries(pairsIn(facts).map(([name, value]) => [name, Number(value)]))
      const statuses = { ...none }
      for (const status of Object.keys(none)) if (isStatus(status)) statuses[status] = numbers[status] ?? 0
      return { ...totalsIn(found), statuses, promised: numbers['promised'] ?? 0 }
    },
    async fill(store) {
      // Other nodes count, and what they count is newer than what could be read here.
      if ((await ask('HEXISTS', state, 'filled')) !== 1) await repair(store)
    },
    repair,
    reset() {
      for (const id of kept) letGo(id)
    },
  }
}

const none: Record<SessionStatus, number> = { uploading: 0, verifying: 0, complete: 0, failed: 0, expired: 0 }
const isStatus = (text: string): text is SessionStatus => Object.hasOwn(none, text)

const textOf = ({ status, bytes, stored, account }: Holding): string => `${status} ${bytes} ${stored} ${account}`

/** Without a limit a number that Lua can read and nothing exceeds. */
const numeral = (value: number): number => Math.max(-1e300, Math.min(value, 1e300))

function totalsIn(answer: unknown): Totals {
  const [open = 0, bytes = 0, stored = 0] = textIn(answer).split(' ').map(Number)
  return { open, bytes, stored }
}

function refusalIn(answer: unknown): Refusal {
  if (answer === 'open' || answer === 'never' || answer === 'own') return answer
  return 'all'
}

const textIn = (answer: unknown): string => (typeof answer === 'string' ? answer : '')
const arrayIn = (answer: unknown): readonly unknown[] => (Array.isArray(answer) ? answer : [])

/** Names and values that come one after the other. */
function pairsIn(answer: unknown): [string, string][] {
  const texts = arrayIn(answer).map(textIn)
  return texts.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, texts[index + 1] ?? '']] : []))
}
