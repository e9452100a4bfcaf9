import type { FakeClock } from '@chunkwise/testing'
import { UploadError } from '../../src/errors.ts'
import type { SessionStore, Transport, UploadRecord } from '../../src/types.ts'
import type { Upload } from '../../src/upload.ts'
import { createUploader } from '../../src/uploader.ts'
import type { FarEnd } from './far-end.ts'
import type { Judge, Witness } from './judge.ts'
import { platform } from './platform.ts'
import type { Schedule } from './schedule.ts'
import { smallHashing, type Effect } from './small-file.ts'

/** One page, until it is closed. */
export interface Page {
  readonly upload: Upload
  readonly witness: Witness
  readonly closed: AbortSignal
  close(): void
}

/** What outlives a page. */
export interface Memory {
  /** What the browser remembers. */
  readonly records: Map<string, UploadRecord>
  /** Names of creations. */
  readonly keys: Set<string>
  /** Those that were answered, and are remembered or can be. */
  readonly answered: Set<string>
  readonly counts: {
    requests: number
    writes: number
    /** Bytes of the file that went out. */
    sent: number
    /** Requests with bytes that nobody has confirmed. */
    failed: number
    /** Requests that no fault met, and that got nowhere all the same: offline, or since somebody else was at work. */
    hindered: number
    /** Entries of one file taken off, of which nobody can tell whether they had asked for a session. */
    twins: number
    /** What people did. */
    acts: number
    /** How many were opened. */
    pages: number
  }
}

export function createMemory(): Memory {
  const counts = { requests: 0, writes: 0, sent: 0, failed: 0, hindered: 0, acts: 0, pages: 0, twins: 0 }
  return { records: new Map(), keys: new Set(), answered: new Set(), counts }
}

/** What a page is opened in. */
export interface Around extends Memory {
  readonly schedule: Schedule
  readonly clock: FakeClock
  readonly far: FarEnd
  readonly judge: Judge
  readonly chance: () => number
  readonly sumOf: (bytes: Uint8Array) => string
  readonly file: File
  /** Something may happen here. */
  step(): void
  /** For who wants to follow. */
  readonly log: ((line: string) => void) | undefined
}

/** Silence of a server that is long enough to be one, in milliseconds. */
const silenceMs = 30_000

export async function openPage(how: 'restore' | 'add', around: Around): Promise<Page> {
  const { schedule, clock, far, judge, chance, sumOf, file, step, records, answered, counts, log } = around
  const closed = new AbortController()
  const { signal } = closed
  const witness = judge.page()
  const alone = schedule.happenings.every(({ what }) => what !== 'beside')
  counts.pages += 1
  // Credentials were renewed, so a step that is safe to repeat is.
  let renewed = false

  const never = (): Promise<never> => new Promise(() => {})
  const atStep =
    <Given, Value>(act: (given: Given) => Value) =>
    (given: Given): Value | Promise<never> => {
      if (!signal.aborted) step()
      return signal.aborted ? never() : act(given)
    }
  const effect: Effect = (work) =>
    new Promise((resolve, reject) => {
      // Later, since nothing happens in the midst of the client's own turn.
      void Promise.resolve().then(atStep(work)).then(atStep(resolve), atStep(reject))
    })

  const store: SessionStore = {
    // In no order that means anything, as the browser's.
    list: () => effect(() => [...records.values()].toSorted((one, other) => (one.key < other.key ? -1 : 1))),
    put: (some) =>
      effect(async () => {
        counts.writes += 1
        if (chance() < 0.2) await clock.sleep(Math.floor(chance() * 20), signal)
        for (const record of some) records.set(record.key, record)
      }),
    delete: (key) => effect(() => void records.delete(key)),
    source: () => effect(() => undefined),
    keep: () => effect(() => {}),
  }
  const uploader = createUploader({
    ...{ endpoint: far.endpoint, protocol: far.protocol, store, copies: { file: 0 } },
    hashing: smallHashing(sumOf, chance, effect),
    transport: createTransport(),
    clock: {
      ...clock,
      sleep: (ms, own) =>
        clock.sleep(ms, AbortSignal.any([own, signal])).catch((reason: unknown) => {
          if (signal.aborted) return never()
          throw reason
        }),
    },
    ...(schedule.renews && { onUnauthorized: () => effect(() => (renewed = true)) }),
  })
  uploader.on(witness.noticed)
  const found = how === 'restore' ? await uploader.restore() : []
  const upload = found.find((each) => each.getState().session) ?? found[0] ?? uploader.add(file)
  // A page that was closed before it had read the file may have left it twice: a person takes the other off the list.
  for (const twice of found) {
    if (twice === upload || twice.getState().session) continue
    counts.twins += 1
    void twice.cancel()
  }
  witness.changed(upload.getState())
  upload.subscribe((state) => {
    if (signal.aborted) return
    log?.(`${state.status}, ${state.offset} confirmed`)
    witness.changed(state)
    step()
  })
  const state = upload.getState()
  if (state.status === 'paused' && state.reason === 'file') upload.choose(file)
  return {
    upload,
    witness,
    closed: signal,
    close() {
      closed.abort()
      // Who has not remembered the session yet creates it again, first chunk and all (F62).
      if ([...records.values()].some(({ session }) => session !== undefined)) return
      answered.clear()
      counts.failed += 1
    },
  }

  function createTransport(): Transport {
    const live = new Set<AbortSignal>()
    // Where the server stands, as far as this page was told, and how many strays had come when it was.
    let told: { readonly offset: number; readonly strays: number } | undefined

    const latency = async (given: AbortSignal): Promise<void> => {
      if (chance() < 0.5) await clock.sleep(Math.floor(chance() * 300), given)
    }

    return async (request, { signal: own, onSent }) => {
      const kind = far.kindOf(request)
      const chunk = far.chunkIn(request)
      const key = kind === 'create' ? far.keyIn(request) : undefined
      const before = { told, acts: counts.acts, at: clock.now(), strays: far.strays }
      const again = renewed
      renewed = false
      witness.sending({
        ...{ kind, url: request.url, key, chunk, live: live.size, told: told?.offset, again },
        ...{ state: upload.getState(), records: alone ? [...records.values()] : undefined },
      })
      if (key !== undefined) {
        judge.check('F33', !answered.has(key), `created again, and the server has answered ${key}`)
        around.keys.add(key)
      }
      counts.requests += 1
      counts.sent += chunk?.size ?? 0
      live.add(own)
      // The moment it is given up it is none any more, whatever becomes of it on its way.
      own.addEventListener('abort', () => live.delete(own))
      const name = `${kind}${chunk ? ` ${chunk.offset}-${chunk.offset + chunk.size - 1}/${file.size}` : ''}`
      log?.(`${name} goes out`)
      // Nobody has confirmed its bytes, until somebody does.
      if (chunk) counts.failed += 1
      let [confirmed, still]: (typeof told)[] = []
      try {
        return await effect(async () => {
          own.throwIfAborted()
          const given = AbortSignal.any([own, signal])
          await latency(given)
          if (!platform.onLine) {
            counts.hindered += 1
            throw new UploadError('network', 'Offline')
          }
          const reply = await far.transport(request, { signal: given, onSent })
          log?.(`${name}: ${reply.status} ${reply.text}`)
          // What was just created, and of which nothing else is said, is empty.
          const offset = far.offsetIn(reply) ?? (reply.status === 201 ? 0 : undefined)
          // What came while the answer was on its way, the answer does not know.
          if (offset !== undefined) confirmed = { offset, strays: before.strays }
          if (reply.status === 423) counts.hindered += 1
          // Who was not let in has changed nothing; some servers hide from them what there is.
          if ([401, 403, 404].includes(reply.status)) still = before.told
          if (offset !== undefined && kind !== 'create' && alone) judge.told(far.nameIn(request), offset)
          await latency(given)
          return reply
        })
      } catch (error) {
        log?.(`${name}: ${own.aborted ? 'given up' : String(error)}`)
        throw error
      } finally {
        live.delete(own)
        if (own.aborted) confirmed = still = undefined
        told = confirmed ?? still
        if (key !== undefined && confirmed) answered.add(key)
        if (chunk && confirmed) counts.failed -= 1
        if (kind !== 'terminate') judgeWaste()
      }

      // What was sent and arrived is taken, or somebody is to blame (I04).
      function judgeWaste(): void {
        if (own.aborted) {
          const ms = clock.now() - before.at
          const asked = counts.acts > before.acts || ms >= silenceMs
          judge.check('I04', asked, `${kind} is given up after ${ms} ms, and nobody asked for it`)
          return
        }
        const fate = far.fateOf(request)
        if (!fate || kind !== 'append' || before.told?.strays !== far.strays) return
        const { arrived, stored } = fate
        judge.check(
          'I04',
          stored >= arrived,
          `append at ${chunk?.offset}: ${arrived} bytes arrived, ${stored} were of use`,
        )
      }
    }
  }
}
