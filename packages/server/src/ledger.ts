import { refusalOf, refused, type Limits, type Measured } from './limits.ts'
import type { SessionRecord, SessionStatus } from './record.ts'
import type { UploadStore } from './store.ts'

/** What one session takes. */
export interface Holding {
  /** Who it counts for. */
  readonly account: string
  readonly status: SessionStatus
  /** Bytes that it has or may still become: they count as if they were there. */
  readonly bytes: number
  /** Bytes that are there. */
  readonly stored: number
}

/** What all sessions take, or those of one account. */
export interface Totals {
  /** Unfinished sessions. */
  readonly open: number
  readonly bytes: number
  readonly stored: number
}

/** What all of them take, and more. */
export interface Overview extends Totals {
  /** How many sessions there are in each status. */
  readonly statuses: Readonly<Record<SessionStatus, number>>
  /** Bytes that were ever reserved: only grows, so that what came after a measurement can be told. */
  readonly promised: number
}

/** What a session wants to take from now on. */
export interface Wish {
  readonly id: string
  readonly account: string
  /** Bytes that it has or may become, in all. */
  readonly bytes: number
  /** Bytes that are there, of a session that takes nothing yet. */
  readonly stored: number
  /** What the disk has, where that matters. */
  readonly space: Measured | undefined
}

/**
 * What the sessions of a store take. A look at it and the taking that follows are one step wherever it is kept, with no other
 * request in between: reserved and stored bytes never exceed a limit, not for an instant (I18).
 *
 * Held to its contract by `ledgerContract`.
 */
export interface Ledger {
  /** So many bytes are reserved at once for an upload of unknown size, where room is: asking for each piece may take longer than the piece. */
  readonly ahead: number
  /**
   * Takes what a session wants, if that is more than it has. Says whether it had nothing yet.
   *
   * @throws UploadProblem for what is beyond the limits; then nothing has changed.
   */
  take(wish: Wish, limits: Limits): Promise<boolean>
  get(id: string): Promise<Holding | undefined>
  /**
   * Sets what a session takes from now on, as its record says; `undefined`: nothing any more. Does not reject: what cannot be set now
   * was reserved before, so too much is counted rather than too little, until a repair.
   */
  set(id: string, holding: Holding | undefined): Promise<void>
  totals(account: string): Promise<Totals>
  overview(): Promise<Overview>
  /** Begins with what the records say, unless others count already; once, until it is reset. */
  fill(store: UploadStore): Promise<void>
  /** Corrects what those who ended in the middle of their work have left wrong. Work under way is not disturbed. */
  repair(store: UploadStore): Promise<void>
  /** This process counts no more, and another one may change what is kept: the next `fill` reads it again. */
  reset(): void
}

const ledgers = new WeakMap<UploadStore, Ledger>()

/** Handlers over one store count together. */
export function ledgerOf(store: UploadStore): Ledger {
  const ledger = ledgers.get(store) ?? createLedger()
  ledgers.set(store, ledger)
  return ledger
}

/** Whole numbers without bound: a few uploads of the greatest size that can be said would otherwise leave the sums inexact. */
interface Sums {
  readonly open: number
  readonly bytes: bigint
  readonly stored: bigint
}

const nothing: Sums = { open: 0, bytes: 0n, stored: 0n }
const asTotals = ({ open, bytes, stored }: Sums): Totals => ({ open, bytes: Number(bytes), stored: Number(stored) })

/** For one process: no method waits between its look and its change. */
function createLedger(): Ledger {
  const holdings = new Map<string, Holding>()
  const accounts = new Map<string, Sums>()
  const counts = { uploading: 0, verifying: 0, complete: 0, failed: 0, expired: 0 }
  let all = nothing
  let promised = 0
  let filling: Promise<void> | undefined

  function change(holding: Holding | undefined, sign: 1 | -1): void {
    if (!holding) return
    const { account, status } = holding
    all = sum(all, holding, sign)
    const own = sum(accounts.get(account) ?? nothing, holding, sign)
    counts[status] += sign
    // Nobody is remembered for what is over.
    if (own.open === 0 && own.bytes === 0n && own.stored === 0n) accounts.delete(account)
    else accounts.set(account, own)
  }

  function set(id: string, holding: Holding | undefined): void {
    const before = holdings.get(id)
    promised += Math.max(0, (holding?.bytes ?? 0) - (before?.bytes ?? 0))
    change(before, -1)
    change(holding, 1)
    if (holding) holdings.set(id, holding)
    else holdings.delete(id)
  }

  async function read(store: UploadStore): Promise<void> {
    const found = new Map<string, Holding>()
    for await (const record of store.list()) found.set(record.id, holdingOf(record))
    // In one step: whoever looks meanwhile must not find half of it.
    for (const id of [...holdings.keys()]) set(id, undefined)
    for (const [id, holding] of found) set(id, holding)
  }

  const totals = (account: string): Totals => asTotals(accounts.get(account) ?? nothing)
  const overview = (): Overview => ({ ...asTotals(all), statuses: { ...counts }, promised })

  return {
    ahead: 0,
    async take({ id, account, bytes, stored, space }, limits) {
      const held = holdings.get(id)
      const demand = { fresh: !held, bytes: bytes - (held?.bytes ?? 0), space }
      if (held && demand.bytes <= 0) return false
      const refusal = refusalOf(demand, limits, totals(account), { ...asTotals(all), promised })
      if (refusal) throw refused(refusal, limits)
      set(id, { account, status: 'uploading', stored, ...held, bytes })
      return !held
    },
    get: async (id) => holdings.get(id),
    set: async (id, holding) => set(id, holding),
    totals: async (account) => totals(account),
    overview: async () => overview(),
    fill: async (store) =>
      (filling ??= read(store).catch((error: unknown) => {
        filling = undefined
        throw error
      })),
    // Whoever ends in the middle of work in memory takes the memory along.
    repair: async () => {},
    reset() {
      filling = undefined
    },
  }
}

const isOpen = (status: SessionStatus): boolean => status === 'uploading' || status === 'verifying'

const sum = (sums: Sums, { status, bytes, stored }: Holding, sign: 1 | -1): Sums => ({
  open: sums.open + (isOpen(status) ? sign : 0),
  bytes: sums.bytes + BigInt(sign * bytes),
  stored: sums.stored + BigInt(sign * stored),
})

/** What a session takes, as its record says: so that it is known again after a restart. */
export function holdingOf(record: SessionRecord): Holding {
  const { status, offset, size = 0 } = record
  const stored = status === 'expired' ? 0 : offset
  // What has failed or is complete becomes no larger.
  return { account: accountOf(record), status, stored, bytes: isOpen(status) ? Math.max(size, stored) : stored }
}

/** Whose limits a session counts for: its owner's, or those of the address it came from. */
export function accountOf({ owner, address = '' }: Pick<SessionRecord, 'owner' | 'address'>): string {
  return owner === undefined ? `address ${address}` : `owner ${owner}`
}
