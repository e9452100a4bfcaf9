import { adapt, chunkFloor, halve, nextChunk, shrink, tighten, type Pace } from './chunk-size.ts'
import { UploadError } from './errors.ts'
import type { Found, Status, UploadEvent, UploadStateOf } from './machine.ts'
import type { Renewal } from './renewal.ts'
import type { Sender } from './request.ts'
import type { Source } from './source.ts'
import type {
  Algorithm,
  Checksum,
  Chunk,
  ChunkRules,
  Clock,
  Complete,
  Confirmed,
  FileFacts,
  Gone,
  Hasher,
  Protocol,
  Session,
  Tools,
} from './types.ts'

/** What the work of all uploads of one uploader shares. */
export interface Shared {
  readonly endpoint: string
  readonly protocol: Protocol
  readonly algorithm: Algorithm | undefined
  readonly clock: Clock
  readonly sender: Sender
  readonly renewal: Renewal
  pace: Pace
}

/** What an upload teaches about its way. */
export interface Learnt {
  rules: ChunkRules
  /** Where a chunk was cut last: a second cut there may hide that chunks are too large for something in between. */
  cutAt: number | undefined
}

/** What the work of one status works with. */
export interface WorkTools {
  readonly shared: Shared
  readonly signal: AbortSignal
  report(event: UploadEvent): void
  /** Opens the file at hand; rejects with `file-needed` if there is none. */
  open(): Promise<Source>
  /** Proves that a file is this upload's, or finds out which upload it belongs to. */
  identify(source: Source, signal: AbortSignal): Promise<Found | undefined>
  /** What the server is told of the file. */
  describe(source: Source, checksum?: Checksum): FileFacts
  /** The running hash of the file; `undefined` if nobody compares it. */
  hasher(source: Source): Hasher | undefined
  /** A second hash of the whole file, from its first byte. */
  rehash(source: Source, signal: AbortSignal): Promise<string>
  /** Resolves when what is known now is remembered. */
  remember(durability: 'strict' | 'relaxed'): Promise<void>
  /** What this upload has taught, for as long as the page lives. */
  readonly learnt: Learnt
  /** Drops what is remembered and held of the upload. */
  forget(): Promise<void>
  /** Whether the server confirmed that it dropped a cancelled upload. */
  onTerminated(dropped: boolean): void
}

type Work = { readonly [S in Status]?: (state: UploadStateOf<S>, tools: WorkTools) => Promise<void> }

/** While offline the browser's word is not believed for longer than this. */
const offlineProbeMs = 30_000

/** Progress of a chunk is told at most this often. */
const progressEveryMs = 50

/** A cancelled upload is the server's to forget, and not worth more waiting than this. */
const terminateMs = 10_000

/** What each status does. Whatever waits ends with the signal, and what it then says is not listened to. */
export const work: Work = {
  async preparing(_state, tools) {
    const { shared, signal, report } = tools
    const source = await tools.open()
    const found = await tools.identify(source, signal)
    signal.throwIfAborted()
    await tools.remember('strict')
    report({ type: 'prepared', size: shared.protocol.far.empty ? source.size : atLeastOne(source), found })
  },

  async creating(state, tools) {
    const { shared, signal, report } = tools
    const { protocol, clock } = shared
    const source = await tools.open()
    // The key is remembered before the first request, and that nothing is left of a former session.
    await tools.remember('strict')
    for (;;) {
      const whole = source.size <= Math.min(protocol.far.whole, shared.pace.limit) && shared.algorithm !== undefined
      const length = whole ? source.size : firstChunk(shared, tools.learnt.rules, source.size)
      const hasher = tools.hasher(source)
      hasher?.advance(length)
      const checksum = whole ? await checksumOf(hasher, shared, signal) : undefined
      const chunk = length > 0 ? { offset: 0, body: await source.slice(0, length) } : undefined
      signal.throwIfAborted()
      const onSent = progressOf(tools, 0, length)
      try {
        const create = (kit: Tools) => protocol.create(tools.describe(source, checksum), chunk, kit)
        const { session, ...answer } = await step(state.unanswered, tools, create, onSent)
        learn(tools, answer)
        return report({ type: 'created', session, ...within(answer, source.size), at: clock.now() })
      } catch (error) {
        if (!smaller(error, shared, length)) throw await suspect(error, source, 0, signal)
      }
    }
  },

  async recovering(state, tools) {
    const { shared, signal, report } = tools
    const { protocol, clock } = shared
    const source = await tools.open()
    // Without a lock at the far end, a chunk that went unanswered may still be on its way to the disk.
    const underWay = state.unanswered === 'chunk' || state.unanswered === 'last'
    if (underWay && protocol.far.settleMs > 0) await clock.sleep(protocol.far.settleMs, signal)
    const ask = (kit: Tools) => protocol.offset(state.session, tools.describe(source), kit)
    const answer = await step(state.unanswered, tools, ask)
    if (answer === 'gone') return report(lost(state, shared))
    if (answer.offset > source.size) return report({ type: 'gone' })
    learn(tools, answer)
    report({ type: 'recovered', ...answer, at: clock.now() })
  },

  async uploading(state, tools) {
    const { shared, signal, report } = tools
    const { session, size } = state
    const { protocol, clock } = shared
    const source = await tools.open()
    const hasher = tools.hasher(source)
    const facts = tools.describe(source)
    let { offset } = state
    let renewedAt = -1
    let durability: 'strict' | undefined = 'strict'
    while (offset < size) {
      const length = nextChunk(shared.pace, tighten(protocol.far.chunk, tools.learnt.rules), offset, size)
      const end = offset + length
      const chunk = { offset, body: await source.slice(offset, end) }
      signal.throwIfAborted()
      hasher?.advance(end)
      if (end === size) {
        report({ type: 'progressed', unanswered: 'last' })
        durability = 'strict'
      }
      // The session is remembered before the next chunk, and that the last one went out before it does; offsets follow.
      if (durability) await tools.remember(durability)
      durability = undefined
      signal.throwIfAborted()

      const began = clock.now()
      let answer: Confirmed | Gone
      try {
        const sent = await append(session, facts, chunk, tools, renewedAt === offset)
        if (sent.renewed) renewedAt = offset
        answer = sent.answer
      } catch (error) {
        if (smaller(error, shared, length)) continue
        throw await suspect(error, source, offset, signal)
      }
      if (answer === 'gone') return report(lost({ unanswered: end === size ? 'last' : 'chunk' }, shared))
      learn(tools, answer)
      if (answer.offset > size) return report({ type: 'gone' })
      if (renewedAt !== offset && answer.offset <= offset && !answer.complete) {
        const message = `Cannot append at offset ${offset}: the server is at ${answer.offset}`
        throw new UploadError('conflict', message)
      }
      if (answer.offset === end) shared.pace = adapt(shared.pace, length, clock.now() - began)
      offset = answer.offset
      report({ type: 'acknowledged', ...answer, at: clock.now() })
      signal.throwIfAborted()
    }
  },

  async completing(state, tools) {
    const { shared, signal, report } = tools
    const { protocol, clock } = shared
    const source = await tools.open()
    const checksum = await checksumOf(tools.hasher(source), shared, signal)
    report({ type: 'progressed', phase: 'verifying', unanswered: 'complete' })
    await tools.remember('strict')
    signal.throwIfAborted()
    const finish = (kit: Tools): Promise<Complete | Confirmed | Gone> =>
      protocol.complete(state.session, tools.describe(source), checksum, kit)
    try {
      const answer = await step(state.unanswered, tools, finish)
      if (answer === 'gone') return report(lost({ unanswered: state.unanswered }, shared))
      if ('offset' in answer) return report({ type: 'recovered', ...answer, at: clock.now() })
      report({ type: 'completed', complete: answer })
    } catch (error) {
      if (!(error instanceof UploadError) || error.code !== 'checksum' || !checksum) throw error
      // Either the file has changed under us, or what arrived is not what was read.
      if ((await tools.rehash(source, signal)) === checksum.hex) return report({ type: 'poisoned' })
      throw new UploadError('file-changed', `Cannot complete "${source.name}": the file has changed since it was read`)
    }
  },

  async waiting({ retryIn }, { shared, signal, report }) {
    await shared.clock.sleep(retryIn === Infinity ? offlineProbeMs : retryIn, signal)
    report({ type: 'elapsed' })
  },

  async cancelled({ session, former }, tools) {
    const { shared, signal } = tools
    const mine = session ?? former
    await tools.forget()
    if (!mine) return tools.onTerminated(true)
    const late = new AbortController()
    const limit = async (): Promise<boolean> => {
      await shared.clock.sleep(terminateMs, late.signal)
      return false
    }
    try {
      const drop = step(undefined, tools, (kit) => shared.protocol.terminate(mine, kit))
      tools.onTerminated(await Promise.race([drop, limit()]))
    } catch {
      // Best effort: a session that could not be dropped is the server's to expire.
      tools.onTerminated(false)
    } finally {
      late.abort()
      signal.throwIfAborted()
    }
  },

  async completed(_state, tools) {
    await tools.forget()
  },
}

const ignore = (): void => {}

function kitOf(
  unanswered: Tools['unanswered'],
  renewed: boolean,
  tools: WorkTools,
  onSent: (bytes: number) => void,
): Tools {
  const { shared, signal } = tools
  return {
    endpoint: shared.endpoint,
    signal,
    clock: shared.clock,
    unanswered,
    renewed: renewed || !shared.renewal.possible,
    send: (request) => shared.sender.send(request, { signal, onSent }),
  }
}

const wantsCredentials = (error: unknown): error is UploadError =>
  error instanceof UploadError && error.code === 'unauthorized'

// A step that may be repeated: once, after credentials were renewed.
async function step<Value>(
  unanswered: Tools['unanswered'],
  tools: WorkTools,
  run: (kit: Tools) => Promise<Value>,
  onSent: (bytes: number) => void = ignore,
): Promise<Value> {
  const { renewal } = tools.shared
  const { generation } = renewal
  try {
    return await run(kitOf(unanswered, false, tools, onSent))
  } catch (error) {
    tools.signal.throwIfAborted()
    if (!wantsCredentials(error)) throw error
    await renewal.renew(generation, error)
    tools.signal.throwIfAborted()
    return await run(kitOf(unanswered, true, tools, onSent))
  }
}

// A chunk is never simply repeated: after credentials were renewed the server is asked where it stands.
async function append(
  session: Session,
  facts: FileFacts,
  chunk: Chunk,
  tools: WorkTools,
  again: boolean,
): Promise<{ answer: Confirmed | Gone; renewed: boolean }> {
  const { shared, signal, report } = tools
  const { protocol, renewal } = shared
  const { offset, body } = chunk
  const { generation } = renewal
  let sent: number | undefined
  const onProgress = progressOf(tools, offset, body.size)
  const onSent = (bytes: number): void => {
    sent = bytes
    onProgress(bytes)
  }
  try {
    return {
      answer: await protocol.append(session, facts, chunk, kitOf(undefined, false, tools, onSent)),
      renewed: false,
    }
  } catch (error) {
    signal.throwIfAborted()
    if (wantsCredentials(error) && !again) {
      await renewal.renew(generation, error)
      signal.throwIfAborted()
      return { answer: await protocol.offset(session, facts, kitOf(undefined, true, tools, ignore)), renewed: true }
    }
    // Where nothing tells how much went out, all of it may have.
    if (!answered(error) && (sent === undefined || sent >= body.size))
      report({ type: 'progressed', unanswered: 'chunk' })
    if (!answered(error)) {
      if (tools.learnt.cutAt === offset) shared.pace = shrink(shared.pace, body.size)
      tools.learnt.cutAt = offset
    }
    throw error
  }
}

const answered = (error: unknown): boolean =>
  error instanceof UploadError && error.status !== undefined && error.status < 500

// Whether to go on at once with a smaller chunk, because something in between refused this one for its size.
function smaller(error: unknown, shared: Shared, bytes: number): boolean {
  if (!(error instanceof UploadError) || error.code !== 'too-large') return false
  const pace = halve(shared.pace, bytes)
  if (pace) {
    shared.pace = pace
    return true
  }
  const message = `Cannot send: even chunks of ${bytes} bytes are refused; raise the limit on request bodies of the proxy or server above ${chunkFloor}`
  throw new UploadError('too-large', message, { status: error.status, cause: error })
}

// To a browser a file that changed or went away is a network error: reading one byte tells the two apart (F40).
async function suspect(error: unknown, source: Source, offset: number, signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted()
  if (!(error instanceof UploadError) || (error.code !== 'network' && error.code !== 'timeout')) return error
  if (error.code === 'timeout') source.switchToCopies()
  try {
    await source.probe(offset)
    return error
  } catch (unreadable) {
    return unreadable
  }
}

// What "gone" means depends on whether the far end forgets what is finished.
function lost({ unanswered }: Pick<UploadStateOf<'recovering'>, 'unanswered'>, { protocol }: Shared): UploadEvent {
  const finished = protocol.far.forgetsFinished && (unanswered === 'last' || unanswered === 'complete')
  if (!finished) return { type: 'gone' }
  return { type: 'completed', complete: { url: undefined, answer: undefined, verified: false } }
}

function learn(tools: WorkTools, { rules }: Confirmed): void {
  tools.learnt.rules = tighten(tools.learnt.rules, rules)
}

function within(answer: Confirmed, size: number): Confirmed {
  if (answer.offset <= size) return answer
  throw new UploadError('malformed', `Cannot use the new upload: it holds ${answer.offset} bytes of a file of ${size}`)
}

function firstChunk({ protocol: { far }, pace }: Shared, rules: ChunkRules, size: number): number {
  if (far.first === 0) return 0
  const most = tighten({ max: far.first }, rules)
  return nextChunk(pace, tighten(far.chunk, most), 0, size)
}

async function checksumOf(
  hasher: Hasher | undefined,
  { algorithm }: Shared,
  signal: AbortSignal,
): Promise<Checksum | undefined> {
  if (!hasher || !algorithm) return undefined
  return { algorithm, hex: await hasher.digest(signal) }
}

function progressOf({ shared: { clock }, report }: WorkTools, offset: number, length: number): (bytes: number) => void {
  let toldAt = -Infinity
  return (bytes) => {
    // The form around the bytes goes out too; it is none of them.
    const sent = Math.min(bytes, length)
    const now = clock.now()
    if (now - toldAt < progressEveryMs && sent < length) return
    toldAt = now
    report({ type: 'progressed', sent: offset + sent })
  }
}

function atLeastOne(source: Source): number {
  if (source.size > 0) return source.size
  throw new UploadError('empty-file', `Cannot upload "${source.name}": this server takes no file without bytes`)
}
