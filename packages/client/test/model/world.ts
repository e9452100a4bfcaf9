import { createFakeClock, settle, type FakeClock } from '@chunkwise/testing'
import type { Status, UploadState } from '../../src/machine.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Protocol, SessionStore, Transport } from '../../src/types.ts'
import type { Upload } from '../../src/upload.ts'
import { createUploader } from '../../src/uploader.ts'
import { UploadError } from '../../src/errors.ts'
import { chanceOf } from './chance.ts'
import { endpoint, type FarEnd } from './far-end.ts'
import { createJudge, Violation, type Judge } from './judge.ts'
import type { Happening, Schedule } from './schedule.ts'
import { smallHashing, SmallFile } from './small-file.ts'

/** What the client sees of its browser; stubbed as globals, once for all schedules. */
export const platform: { onLine: boolean; page: EventTarget } = { onLine: true, page: new EventTarget() }

/** What a schedule is played in. */
export interface Surroundings {
  connect(clock: FakeClock): FarEnd
  sumOf(bytes: Uint8Array): string
  /** A mutant may put itself in the protocol's place. */
  wrap?(protocol: Protocol): Protocol
}

/** What came of a schedule. */
export interface Course {
  readonly status: Status
  readonly requests: number
  readonly faults: number
}

/** One page, until it is closed. */
interface Page {
  readonly closed: AbortController
  readonly upload: Upload
}

/**
 * Plays one schedule to its end, with everything virtual but the client itself, and watches it.
 *
 * @throws Violation for the first thing that does not hold.
 */
export async function play(schedule: Schedule, { connect, sumOf, wrap }: Surroundings): Promise<Course> {
  const { size, happenings, script } = schedule
  const chance = chanceOf(schedule.seed)
  const clock = createFakeClock(chance)
  const far = connect(clock)
  const protocol = wrap?.(far.protocol) ?? far.protocol
  const bytes = Uint8Array.from({ length: size }, () => Math.floor(chance() * 256))
  const file = new SmallFile(bytes)
  const store = memoryStore()
  const judge = createJudge(size, clock.now)
  const counts: Counts = { requests: 0, writes: 0, sent: 0, failed: 0, keys: new Set() }
  const around: Around = { clock, far, protocol, store, judge, chance, sumOf, counts }
  platform.onLine = true
  platform.page = new EventTarget()

  let page = await open('add')
  const state = (): UploadState => page.upload.getState()
  const isOver = (): boolean => state().status === 'completed' || state().status === 'cancelled'

  for (const { afterMs, what } of happenings) {
    await clock.advance(afterMs)
    demand()
    if (isOver()) break
    await happen(what)
    demand()
  }
  await toTheEnd()
  await judgeTheEnd()
  page.closed.abort()
  return { status: state().status, requests: counts.requests, faults: far.faults.length }

  function demand(): void {
    if (judge.violation) throw judge.violation
  }

  async function open(how: 'restore' | 'add'): Promise<Page> {
    const next = await openPage(file, how, around)
    judge.turned(next.upload.getState())
    next.upload.subscribe((changed) => {
      if (!next.closed.signal.aborted) judge.changed(changed)
    })
    return next
  }

  async function happen(what: Happening['what']): Promise<void> {
    const { upload } = page
    judge.nudged()
    switch (what) {
      case 'pause':
      case 'resume':
      case 'start':
      case 'retry': {
        upload[what]()
        const once = upload.getState()
        upload[what]()
        judge.check(upload.getState() === once, `rule 3: a second ${what} changes the state`)
        break
      }
      case 'cancel':
        void upload.cancel()
        break
      case 'restore':
      case 'add':
        // Who has not remembered the session yet creates it again, first chunk and all (F62).
        if ((await store.list()).every(({ session }) => session === undefined)) counts.failed += 1
        page.closed.abort()
        page = await open(what)
        break
      case 'offline':
        platform.onLine = false
        break
      case 'online':
        platform.onLine = true
        platform.page.dispatchEvent(new Event('online'))
        break
      case 'expire':
        await far.expire()
        break
      case 'roll':
        far.roll(1)
        break
    }
  }

  // The faults are over: what a person paused is resumed, what wants something is given it, and then it must arrive (I07).
  async function toTheEnd(): Promise<void> {
    if (!platform.onLine) await happen('online')
    for (let step = 0, retries = 0; !isOver(); step++) {
      demand()
      const is = state()
      if (step > 2_000) throw new Violation(`I07: it never ends: ${is.status} at ${is.offset} of ${size}`)
      if (is.status === 'idle') page.upload.start()
      else if (is.status === 'paused' && is.reason === 'file') page.upload.choose(file)
      else if (is.status === 'paused') page.upload.resume()
      else if (is.status === 'failed') {
        forgive(is.error, is)
        retries += 1
        if (retries > 3) throw new Violation(`I07: it fails again and again: ${is.error.message}`)
        page.upload.retry()
      } else if (!(await clock.skip())) await settle()
    }
    const most = 60 + (size / schedule.chunk + 4) * (judge.restarts + happenings.length + 2) + 6 * script.length
    judge.check(counts.requests <= most, `I07: ${counts.requests} requests`)
  }

  // A failure that the faults do not force is one of ours.
  function forgive({ code, message }: UploadError, { attempt, since }: UploadState): void {
    const count = (fault: string): number => far.faults.filter((each) => each === fault).length
    const rolls = happenings.filter(({ what }) => what === 'roll').length
    const patient = attempt + 1 >= 10 && clock.now() - since >= 600_000
    const forced =
      (code === 'gone' && judge.restarts >= 4) ||
      (code === 'checksum' && count('corrupt') >= 2) ||
      (code === 'rewound' && rolls >= 4) ||
      (code === 'malformed' && count('status') >= 3) ||
      patient
    if (!forced) throw new Violation(`I07: failed, and nothing forced it: ${code}, ${message}`)
  }

  async function judgeTheEnd(): Promise<void> {
    const is = state()
    // What was remembered is dropped after the end is told.
    await clock.advance(20_000)
    const { requests, writes } = { ...counts }
    await clock.advance(3_600_000)
    judge.check(counts.requests === requests, 'I08: a request after the end')
    judge.check(counts.writes === writes, 'I08: a write after the end')
    judge.check(clock.sleepers() === 0, `I08: ${clock.sleepers()} timers after the end`)
    judge.check((await store.list()).length === 0, 'I08: a record after the end')
    judge.check(state() === is, 'rule 8: a change after the end')
    const { keys } = counts
    const stored = await far.truth()
    judge.check(keys.size <= 1 + judge.restarts, `I06: ${keys.size} creations, ${judge.restarts} sessions given up`)
    judge.check(stored.length <= keys.size, `I06: ${stored.length} sessions of ${keys.size} creations`)
    if (is.status === 'completed') {
      const whole = stored.filter(({ complete }) => complete)
      judge.check(whole.length === 1, `I01: success, and the server has ${whole.length} complete uploads`)
      judge.check(
        whole.every((upload) => same(upload.bytes, bytes)),
        'I02: what the server has is not the file',
      )
      judge.check(is.offset === size && is.sent === size, 'F23: success, and not all of it')
    }
    // Thrift, where nothing is destroyed that was confirmed (I04).
    const destroyed =
      far.faults.some((fault) => fault === 'corrupt' || fault === 'gone') ||
      happenings.some(({ what }) => what === 'roll' || what === 'expire')
    if (!destroyed) {
      const most = size + schedule.chunk * counts.failed
      judge.check(counts.sent <= most, `I04: ${counts.sent} bytes sent, where ${most} would do`)
      judge.check(judge.restarts === 0, `rule 4: ${judge.restarts} sessions given up, and none was lost`)
    }
    demand()
  }
}

interface Counts {
  requests: number
  writes: number
  /** Bytes of the file that went out. */
  sent: number
  /** Requests with bytes that nobody has confirmed. */
  failed: number
  /** Names of creations. */
  readonly keys: Set<string>
}

interface Around {
  readonly clock: FakeClock
  readonly far: FarEnd
  readonly protocol: Protocol
  readonly store: SessionStore
  readonly judge: Judge
  readonly chance: () => number
  readonly sumOf: (bytes: Uint8Array) => string
  readonly counts: Counts
}

async function openPage(file: SmallFile, how: 'restore' | 'add', around: Around): Promise<Page> {
  const { clock, far, protocol, store, judge, chance, sumOf, counts } = around
  const closed = new AbortController()
  const { signal } = closed
  const live = new Set<AbortSignal>()
  let told: number | undefined

  // Nothing more is heard of a page that is closed.
  const guarded = <Value>(work: () => Promise<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return
      work().then(
        (value) => !signal.aborted && resolve(value),
        (error: unknown) => !signal.aborted && reject(error),
      )
    })

  const latency = async (given: AbortSignal): Promise<void> => {
    if (chance() < 0.5) await clock.sleep(Math.floor(chance() * 300), given)
  }

  const transport: Transport = async (request, { signal: own, onSent }) => {
    const chunk = far.chunkIn(request)
    const records = await store.list()
    own.throwIfAborted()
    const state = upload.getState()
    const key = far.keyIn(request)
    judge.sending({
      ...{ kind: far.kindOf(request), url: request.url, key, live: live.size },
      ...{ chunk, state, told, records },
    })
    if (key !== undefined) counts.keys.add(key)
    counts.requests += 1
    counts.sent += chunk?.size ?? 0
    live.add(own)
    // The moment it is given up it is none any more, whatever becomes of it on its way.
    own.addEventListener('abort', () => live.delete(own))
    let confirmed: number | undefined
    try {
      const given = AbortSignal.any([own, signal])
      await latency(given)
      if (!platform.onLine) throw new UploadError('network', 'Offline')
      const reply = await far.transport(request, { signal: given, onSent })
      await latency(given)
      confirmed = far.offsetIn(reply)
      return reply
    } finally {
      live.delete(own)
      if (!signal.aborted) told = confirmed
      if (chunk && confirmed === undefined) counts.failed += 1
    }
  }

  const kept: SessionStore = {
    list: () => guarded(() => store.list()),
    put: (records, durability) =>
      guarded(async () => {
        counts.writes += 1
        if (chance() < 0.2) await clock.sleep(Math.floor(chance() * 20), signal)
        await store.put(records, durability)
      }),
    delete: (key) => guarded(() => store.delete(key)),
    source: (key) => guarded(() => store.source(key)),
    keep: (key, source) => guarded(() => store.keep(key, source)),
  }
  const uploader = createUploader({
    ...{ endpoint, protocol, store: kept, copies: { file: 0 }, hashing: smallHashing(sumOf, chance) },
    transport: (request, options) => guarded(() => transport(request, options)),
    clock: { ...clock, sleep: (ms, own) => guarded(() => clock.sleep(ms, AbortSignal.any([own, signal]))) },
  })
  uploader.on(judge.noticed)
  const [found] = how === 'restore' ? await uploader.restore() : []
  const upload = found ?? uploader.add(file)
  const state = upload.getState()
  if (state.status === 'paused' && state.reason === 'file') upload.choose(file)
  return { closed, upload }
}

const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index])
