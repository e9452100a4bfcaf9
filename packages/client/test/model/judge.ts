import type { Kind } from '@chunkwise/testing'
import type { Status, UploadState } from '../../src/machine.ts'
import type { UploadRecord } from '../../src/types.ts'
import type { UploadNotice } from '../../src/upload.ts'

/** What is asked of a client: that it does no harm, that it sends no more than it must, and that it gets there. */
export type Property = 'safety' | 'thrift' | 'liveness'

/** What must hold: an invariant, a fault that must do no harm, or a rule of the machine. */
export type Row =
  | 'I01'
  | 'I02'
  | 'I03'
  | 'I04'
  | 'I05'
  | 'I06'
  | 'I07'
  | 'I08'
  | 'I09'
  | 'I11'
  | 'I12'
  | 'F23'
  | 'F33'
  | 'F45'
  | 'F87'
  | `rule ${1 | 2 | 4 | 6 | 7 | 8}`

const rows: Readonly<Record<Row, Property>> = {
  I01: 'safety',
  I02: 'safety',
  I03: 'safety',
  I04: 'thrift',
  I05: 'safety',
  I06: 'safety',
  I07: 'liveness',
  I08: 'safety',
  I09: 'safety',
  I11: 'safety',
  I12: 'safety',
  F23: 'safety',
  F33: 'thrift',
  F45: 'safety',
  F87: 'safety',
  'rule 1': 'safety',
  'rule 2': 'safety',
  'rule 4': 'thrift',
  'rule 6': 'safety',
  'rule 7': 'safety',
  'rule 8': 'safety',
}

/** Something that must hold did not. */
export class Violation extends Error {}

/** A request that is about to go out. */
export interface Sending {
  readonly kind: Kind
  readonly url: string
  /** What it calls its creation, if it is one. */
  readonly key: string | undefined
  readonly chunk: { readonly offset: number; readonly size: number } | undefined
  readonly state: UploadState
  /** Requests of the same page that are still under way. */
  readonly live: number
  /** What the server has told this page of where it stands, since something went unanswered last. */
  readonly told: number | undefined
  /** Whether credentials were renewed for it. */
  readonly again: boolean
  /** What the browser remembers; `undefined` where another page has a hand in it. */
  readonly records: readonly UploadRecord[] | undefined
}

/** What is demanded of whom. */
export interface Demands {
  readonly properties: readonly Property[]
  /** What this far end does not let any client hold. */
  readonly waived?: readonly string[]
}

/** Remembers what did not hold first: thrown inside, it would be lost. */
export interface Judge {
  readonly violation: Violation | undefined
  /** Sessions given up, as the app was told. */
  readonly restarts: number
  check(row: Row, holds: boolean, what: string): void
  /** An answer has told where the upload at this address stands. */
  told(url: string, offset: number): void
  /** The server has lost what it had confirmed. */
  rolled(): void
  /** Watches a page. */
  page(): Witness
}

/** Watches the one upload of one page. */
export interface Witness {
  sending(sending: Sending): void
  noticed(notice: UploadNotice): void
  changed(state: UploadState): void
  /** A person, or the browser, has had a hand in it: what it waits for need not be waited for. */
  nudged(): void
}

/** In which statuses a request of each kind may go out (rules 1 and 2). */
const allowed: Readonly<Record<Kind, readonly Status[]>> = {
  create: ['creating'],
  append: ['uploading'],
  // Some ask in the course of another step, which harms nobody.
  offset: ['creating', 'recovering', 'uploading', 'completing', 'cancelled'],
  complete: ['completing'],
  terminate: ['cancelled'],
  list: ['creating', 'recovering', 'uploading', 'completing', 'cancelled'],
  other: ['creating', 'recovering', 'uploading', 'completing'],
}

/** Attempts are at least this far apart (I12), in milliseconds. */
const floorMs = 250

export function createJudge(size: number, now: () => number, { properties, waived = [] }: Demands): Judge {
  const furthest = new Map<string, number>()
  let violation: Violation | undefined
  let [restarts, sinking] = [0, false]

  function check(row: Row, holds: boolean, what: string): void {
    if (holds || !properties.includes(rows[row]) || waived.includes(row)) return
    violation ??= new Violation(`${row}: ${what}`)
  }

  return {
    get violation() {
      return violation
    },
    get restarts() {
      return restarts
    },
    check,
    told(url, offset) {
      const before = furthest.get(url) ?? 0
      check('I03', sinking || offset >= before, `the server stood at ${before}, and now at ${offset}`)
      furthest.set(url, Math.max(before, offset))
    },
    // An answer of before may come after.
    rolled: () => void (sinking = true),
    page: () => createWitness(size, now, check, () => (restarts += 1)),
  }
}

function createWitness(size: number, now: () => number, check: Judge['check'], onRestart: () => void): Witness {
  let before: UploadState | undefined
  let [notices, noticesBefore, waitingSince] = [0, 0, 0]
  // What a page shows first is not for it to have waited for.
  let nudged = true

  function remembered({ kind, key, url, chunk, records }: Sending): void {
    if (!records) return
    // Some sessions have no address of their own.
    const mine = records.find(({ session }) => session && (session['url'] ?? url) === url)
    if (kind === 'create') {
      const known = records.some((record) => key === undefined || key.startsWith(record.key))
      check('I11', known, 'a creation goes out before its key is remembered')
    }
    if (kind === 'append') {
      check('I11', mine !== undefined, 'the next chunk goes out before the session is remembered')
      const last = chunk !== undefined && chunk.offset + chunk.size === size
      check('I11', !last || mine?.unanswered === 'last', 'the last chunk goes out before that is remembered')
    }
    if (kind === 'complete') {
      check('I11', mine?.unanswered === 'complete', 'the finish goes out before that is remembered')
    }
  }

  function attempts(was: UploadState, is: UploadState): void {
    const failed = is.status === 'waiting' && was.status !== 'waiting' && is.retryIn !== Infinity
    const retried = was.status === 'failed' && is.status === 'queued'
    const expected = failed ? was.attempt + 1 : is.best > was.best || retried ? 0 : was.attempt
    check('rule 6', is.attempt === expected, `${expected} attempts without progress, counted as ${is.attempt}`)
    if (was.status !== 'waiting' && is.status === 'waiting') {
      waitingSince = now()
      nudged = false
    }
    if (was.status !== 'waiting' || is.status === 'waiting' || nudged) return
    const waited = now() - waitingSince
    const wished = Math.min(was.error.retryAfterMs ?? 0, 600_000)
    check('I12', waited >= Math.max(floorMs, wished), `tried again after ${waited} ms`)
  }

  return {
    sending(sending) {
      const { kind, state, chunk, live, told, again } = sending
      check('I05', live === 0, `${kind} goes out while another request is under way`)
      check('rule 2', allowed[kind].includes(state.status), `${kind} goes out while ${state.status}`)
      remembered(sending)
      if (kind === 'append') {
        check('rule 1', chunk?.offset === state.offset, `append at ${chunk?.offset}, and ${state.offset} is confirmed`)
        const asTold = sending.records === undefined || chunk?.offset === told
        check('rule 7', asTold, `append at ${chunk?.offset}, and the server has told ${told}`)
        check('F45', chunk !== undefined && chunk.size > 0, 'a chunk is empty')
      }
      if (kind === 'complete') check('rule 7', again || told === size, `complete, and the server has told ${told}`)
    },
    noticed(notice) {
      notices += 1
      if (notice.type === 'restarted') onRestart()
    },
    changed(is) {
      const was = before
      before = is
      const { sent, offset, status } = is
      check('F23', sent >= offset && sent <= is.size, `${sent} sent of ${is.size}, ${offset} confirmed`)
      check('F23', size === 0 || offset < size || status !== 'uploading', 'all is confirmed, and bytes go out')
      if (!was) return
      const over = was.status === 'completed' || was.status === 'cancelled'
      check('rule 8', !over, `${was.status}, and then ${status}`)
      check('I09', offset >= was.offset || notices > noticesBefore, 'confirmed bytes fell, and nobody was told')
      noticesBefore = notices
      attempts(was, is)
    },
    nudged() {
      nudged = true
    },
  }
}
