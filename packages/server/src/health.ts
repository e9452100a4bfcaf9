import type { Ledger } from './ledger.ts'
import type { SessionStatus } from './record.ts'
import type { Room } from './room.ts'

/** Why a server should get no new requests: it is being stopped, its storage fails, or less is free than must be. */
export type Ailment = 'stopping' | 'store' | 'space'

/** Whether a server should get requests. */
export interface Health {
  readonly ready: boolean
  readonly ailments: readonly Ailment[]
}

/** What uploads take at the moment, on all nodes where it is counted for them. What is not known now is absent. */
export interface Usage {
  /** How many sessions there are in each status. */
  readonly sessions?: Readonly<Record<SessionStatus, number>>
  /** Bytes that are stored. */
  readonly stored?: number
  /** Bytes that were promised and have not come yet. */
  readonly reserved?: number
  /** Bytes that are free on the disk. */
  readonly free?: number
  /** Requests that are under way, on this node. */
  readonly requests: number
}

/** Whether a server is well, by what is true of it. */
export function healthOf(signs: Readonly<Record<Ailment, boolean>>): Health {
  const ailments = (['stopping', 'store', 'space'] as const).filter((ailment) => signs[ailment])
  return { ready: ailments.length === 0, ailments }
}

/** What uploads take, as the ledger has it and the disk says. */
export async function usageOf(ledger: Ledger, room: Room, requests: number): Promise<Usage> {
  // What cannot be told is left out: the rest is wanted most when the disk is ill, or what counts.
  const free = await room.free().catch(() => undefined)
  const taken = await ledger.overview().catch(() => undefined)
  return {
    requests,
    ...(taken && { sessions: taken.statuses, stored: taken.stored, reserved: taken.bytes - taken.stored }),
    ...(free !== undefined && { free }),
  }
}
