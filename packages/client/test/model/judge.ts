import type { Kind } from '@chunkwise/testing'
import type { Status, UploadState } from '../../src/machine.ts'
import type { UploadRecord } from '../../src/types.ts'
import type { UploadNotice } from '../../src/upload.ts'

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
  /** Requests that are still under way. */
  readonly live: number
  /** What the server has told this page of where it stands, since something went unanswered last. */
  readonly told: number | undefined
  readonly records: readonly UploadRecord[]
}

/** Watches one upload, from page to page, and remembers what did not hold first: thrown inside, it would be lost. */
export interface Judge {
  readonly violation: Violation | undefined
  /** Sessions given up, as the app was told. */
  readonly restarts: number
  check(holds: boolean, what: string): void
  sending(sending: Sending): void
  noticed(notice: UploadNotice): void
  /** Another page; what the one before showed is over. */
  turned(state: UploadState): void
  changed(state: UploadState): void
  /** A person, or the browser, has had a hand in it: what it waits for need not be waited for. */
  nudged(): void
}

/** In which statuses a request of each kind may go out (rules 1 and 2). */
const allowed: Readonly<Record<Kind, readonly Status[]>> = {
  create: ['creating'],
  append: ['uploading'],
  offset: ['recovering', 'uploading', 'completing'],
  complete: ['completing'],
  terminate: ['cancelled'],
  list: [],
  other: [],
}

/** Attempts are at least this far apart (I12), in milliseconds. */
const floorMs = 250

export function createJudge(size: number, now: () => number): Judge {
  let violation: Violation | undefined
  let before: UploadState | undefined
  let restarts = 0
  let notices = 0
  let noticesBefore = 0
  let waitingSince = 0
  let nudged = false

  function check(holds: boolean, what: string): void {
    if (!holds) violation ??= new Violation(what)
  }

  function remembered({ kind, key, url, chunk, records }: Sending): void {
    const mine = records.find(({ session }) => session?.['url'] === url)
    if (kind === 'create') {
      const known = records.some((record) => key?.startsWith(record.key))
      check(known, 'I11: the key is remembered before the creation')
    }
    if (kind === 'append') {
      check(mine !== undefined, 'I11: the session is remembered before the next chunk')
      const last = chunk !== undefined && chunk.offset + chunk.size === size
      check(!last || mine?.unanswered === 'last', 'I11: that the last chunk goes out is remembered before it does')
    }
    if (kind === 'complete') {
      check(mine?.unanswered === 'complete', 'I11: that the finish goes out is remembered before it does')
    }
  }

  function attempts(was: UploadState, is: UploadState): void {
    const failed = is.status === 'waiting' && was.status !== 'waiting' && is.retryIn !== Infinity
    const retried = was.status === 'failed' && is.status === 'queued'
    const expected = failed ? was.attempt + 1 : is.best > was.best || retried ? 0 : was.attempt
    check(is.attempt === expected, `rule 6: ${expected} attempts without progress, counted as ${is.attempt}`)
    if (was.status !== 'waiting' && is.status === 'waiting') {
      waitingSince = now()
      nudged = false
    }
    if (was.status !== 'waiting' || is.status === 'waiting' || nudged) return
    const waited = now() - waitingSince
    const wished = Math.min(was.error.retryAfterMs ?? 0, 600_000)
    check(waited >= Math.max(floorMs, wished), `I12: tried again after ${waited} ms`)
  }

  return {
    get violation() {
      return violation
    },
    get restarts() {
      return restarts
    },
    check,
    sending(sending) {
      const { kind, state, chunk, live, told } = sending
      check(live === 0, `I05, rule 1: ${kind} while another request is under way`)
      check(allowed[kind].includes(state.status), `rules 1 and 2: ${kind} while ${state.status}`)
      remembered(sending)
      if (kind === 'append') {
        check(chunk?.offset === state.offset, `rule 1: append at ${chunk?.offset}, and ${state.offset} is confirmed`)
        check(chunk?.offset === told, `rule 7: append at ${chunk?.offset}, and the server has told ${told}`)
        check(chunk !== undefined && chunk.size > 0, 'F45: a chunk is empty')
      }
      if (kind === 'complete') check(told === size, `rule 7: complete, and the server has told ${told}`)
    },
    noticed(notice) {
      notices += 1
      if (notice.type === 'restarted') restarts += 1
    },
    turned(state) {
      before = state
      nudged = true
    },
    changed(is) {
      const was = before
      before = is
      check(is.sent >= is.offset && is.sent <= is.size, `F23: ${is.sent} sent of ${is.size}, ${is.offset} confirmed`)
      const whole = is.size > 0 && is.offset === is.size
      const over: readonly Status[] = ['completed', 'cancelled']
      if (whole && is.status === 'uploading') check(false, 'F23: all is confirmed, and bytes go out')
      if (!was) return
      check(!over.includes(was.status), `rule 8: ${was.status}, then ${is.status}`)
      check(is.offset >= was.offset || notices > noticesBefore, 'I09: confirmed bytes fell, and nobody was told')
      noticesBefore = notices
      attempts(was, is)
    },
    nudged() {
      nudged = true
    },
  }
}
