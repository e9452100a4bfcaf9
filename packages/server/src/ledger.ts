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

/**
 * What the sessions of a store take, kept in memory so that a look at it and a change of it are one step, with no other
 * request in between: reserved and stored bytes never exceed a limit, not for an instant (I18).
 */
export interface Ledger {
  get(id: string): Holding | undefined
  /** Sets what a session takes from now on; `undefined`: nothing any more. */
  set(id: string, holding: Holding | undefined): void
  /** Of one account, or of all. */
  totals(account?: string): Totals
  /** How many sessions there are in each status. */
  statuses(): Readonly<Record<SessionStatus, number>>
  /** Bytes that were ever reserved: only grows, so that what came after a measurement can be told. */
  readonly promised: number
  /** Begins anew with what the records say; once, until it is reset. */
  fill(store: UploadStore): Promise<void>
  /** Another process may change what is kept from now on: the next `fill` reads it again. */
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

  return {
    get: (id) => holdings.get(id),
    set,
    totals: (account) => asTotals(account === undefined ? all : (accounts.get(account) ?? nothing)),
    statuses: () => ({ ...counts }),
    get promised() {
      return promised
    },
    fill: async (store) =>
      (filling ??= read(store).catch((error: unknown) => {
        filling = undefined
        throw error
      })),
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
