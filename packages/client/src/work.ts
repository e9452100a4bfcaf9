import { adapt, halve, nextChunk, shrink, tighten, type Pace } from './chunk-size.ts'
import { UploadError, type ErrorCode } from './errors.ts'
import type { HeldFile, Take } from './held-file.ts'
import type { Status, UploadEvent, UploadFacts, UploadStateOf } from './machine.ts'
import type { Renewal } from './renewal.ts'
import type { Sender } from './request.ts'
import type { Seat } from './seat.ts'
import type {
  Algorithm,
  Checksum,
  ChunkRules,
  Clock,
  Complete,
  Confirmed,
  Gone,
  Protocol,
  Session,
  Source,
  Tools,
  Unanswered,
} from './types.ts'

/** What the work of all uploads of one uploader shares. */
export interface Shared {
  readonly endpoint: string
  readonly protocol: Protocol
  readonly checksum: Algorithm | undefined
  readonly clock: Clock
  readonly sender: Sender
  readonly renewal: Renewal
  /** What all of them have learnt about the way there. */
  readonly way: { pace: Pace; whole: number }
}

/** What an upload teaches about its way. */
export interface Learnt {
  rules: ChunkRules
  /** The chunk that was cut last; `sure`: some of it had gone out, or it was not the first one there. */
  cut: { readonly offset: number; readonly length: number; readonly sure: boolean } | undefined
}

/** What the work of one status works with. */
export interface WorkTools extends Shared {
  readonly signal: AbortSignal
  report(event: UploadEvent): void
  readonly file: HeldFile
  /** Its place among the other tabs, once it has one. */
  readonly seat: Seat | undefined
  /** Lets go of that for good. */
  leave(): void
  readonly take: Take
  /** What this upload has taught, for as long as the page lives. */
  readonly learnt: Learnt
  /** Resolves when what is known now is remembered. */
  remember(): Promise<void>
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
  async preparing(_state, { protocol, file, take, signal, report }) {
    const source = await file.open(signal)
    const size = protocol.far.empty ? source.size : atLeastOne(source)
    await file.prove(source, take, signal, (found) => report({ type: 'prepared', size, found }))
  },

  async creating(state, tools) {
    const { protocol, clock, file, signal, report } = tools
    const source = await file.open(signal)
    // The key is remembered before the first request, and that nothing is left of a former session.
    await tools.remember()
    for (let parts = false; ;) {
      lookBack(tools, 0)
      // Not after a session was given up, which may be asked for again after a reload and then be given up under another key: what
      // had gone whole under this one would be there twice.
      const whole =
        tools.checksum && !parts && !state.restarts && source.size <= Math.min(tools.way.whole, tools.way.pace.limit)
      const length = whole ? source.size : firstChunk(tools, source.size)
      file.hasher(source)?.advance(length)
      const checksum = whole ? await checksumOf(source, tools) : undefined
      const chunk = length > 0 ? { offset: 0, body: await source.slice(0, length) } : undefined
      try {
        const create = (kit: Tools) => protocol.create(file.describe(state.restarts, checksum), chunk, kit)
        const { session, ...answer } = await step(create, state, tools, { onSent: progressOf(tools, 0, length) })
        learn(tools, answer)
        if (answer.offset <= source.size) return report({ type: 'created', session, ...answer, at: clock.now() })
        throw new UploadError('malformed', `Cannot create: the server has ${answer.offset} bytes of ${source.size}`)
      } catch (error) {
        if (smaller(error, tools, length)) continue
        // In parts it is told whether it changed on its way (F31), or is not wanted.
        if (whole && is(error, 'rejected') && (parts = true)) continue
        if (length > 0) cutOff(error, tools, 0, length)
        throw await source.suspect(error, 0)
      }
    }
  },

  async recovering(state, tools) {
    const { protocol, clock, file, signal } = tools
    await file.open(signal)
    // Without a lock at the far end, a chunk that went unanswered may still be on its way to the disk.
    const underWay = state.unanswered === 'chunk' || state.unanswered === 'last'
    if (underWay && protocol.far.settleMs > 0) await clock.sleep(protocol.far.settleMs, signal)
    const ask = (kit: Tools) => protocol.offset(state.session, file.describe(state.restarts), kit)
    const answer = await step(ask, state, tools)
    heard(answer, 'recovered', state, tools)
  },

  async uploading(state, tools) {
    const { protocol, clock, file, signal, report, way, learnt } = tools
    const { size } = state
    let { session } = state
    const source = await file.open(signal)
    const hasher = file.hasher(source)
    const facts = file.describe(state.restarts)
    // The session is remembered before the next chunk, and that the last one goes out before it does; offsets follow.
    let unremembered = true
    let renewedAt: number | undefined
    for (let { offset } = state; offset < size; signal.throwIfAborted()) {
      lookBack(tools, offset)
      const length = nextChunk(way.pace, tighten(protocol.far.chunk, learnt.rules), offset, size)
      const end = offset + length
      const last = end === size
      const out: Unanswered = last ? 'last' : 'chunk'
      // Firefox sends nothing of a file that is gone and says nothing either: asked first, nobody waits for its silence (F41).
      await source.probe(offset)
      const chunk = { offset, body: await source.slice(offset, end) }
      signal.throwIfAborted()
      hasher?.advance(end)
      if (last) report({ type: 'progressed', unanswered: 'last' })
      if (last || unremembered) await tools.remember()
      unremembered = false

      const began = clock.now()
      const tell = progressOf(tools, offset, length, out)
      let sent: number | undefined
      const onSent = (bytes: number): void => tell((sent = bytes))
      const append = (kit: Tools) => protocol.append(session, facts, chunk, kit)
      // A chunk is never simply repeated: after credentials were renewed the server is asked where it stands.
      const ask = (kit: Tools) => {
        renewedAt = offset
        return protocol.offset(session, facts, kit)
      }
      try {
        const again = renewedAt === offset ? undefined : ask
        const onKept = (kept: Session): void => void (session = kept)
        const answer = await step(append, nothing, tools, { again, onSent, onKept })
        if (answer !== 'gone') {
          if (answer.offset <= offset && renewedAt !== offset && !answer.complete) {
            throw new UploadError('conflict', `Cannot append at offset ${offset}: the server is at ${answer.offset}`)
          }
          if (answer.offset === end) way.pace = adapt(way.pace, length, clock.now() - began)
          ;({ offset, session = session } = answer)
        }
        heard(answer, 'acknowledged', { size, unanswered: out }, tools)
      } catch (error) {
        signal.throwIfAborted()
        if (smaller(error, tools, length)) continue
        // Where nothing tells how much went out, all of it may have.
        if (cutOff(error, tools, offset, length, sent) && (sent ?? length) >= length)
          report({ type: 'progressed', unanswered: out })
        throw await source.suspect(error, offset)
      }
    }
  },

  async completing(state, tools) {
    const { protocol, file, signal, report } = tools
    const source = await file.open(signal)
    const checksum = await checksumOf(source, tools)
    report({ type: 'progressed', phase: 'verifying', unanswered: 'complete' })
    await tools.remember()
    const finish = (kit: Tools): Promise<Complete | Confirmed | Gone> =>
      protocol.complete(state.session, file.describe(state.restarts), checksum, kit)
    try {
      const answer = await step(finish, state, tools)
      if (answer === 'gone' || 'offset' in answer) heard(answer, 'recovered', state, tools)
      else report({ type: 'completed', complete: answer })
    } catch (error) {
      if (!is(error, 'checksum') || !checksum) throw error
      // Either the file has changed under us, or what arrived is not what was read.
      if ((await file.rehash(source, signal)) === checksum.hex) return report({ type: 'poisoned' })
      throw new UploadError('file-changed', `Cannot complete "${source.name}": it has changed since it was read`)
    }
  },

  async waiting({ retryIn }, { clock, signal, report }) {
    await clock.sleep(retryIn === Infinity ? offlineProbeMs : retryIn, signal)
    report({ type: 'elapsed' })
  },

  async cancelled({ session, former }, tools) {
    const { seat, file, leave, onTerminated } = tools
    await file.forget()
    const dropped = (await seat?.drop()) ?? (await terminate(session ?? former, tools))
    onTerminated(dropped)
    await seat?.tell(dropped)
    leave()
  },

  async completed(state, { seat, leave, file }) {
    // Nobody may find the upload free, and its record gone, who does not know why.
    await seat?.tell(state)
    await file.forget()
    leave()
  },
}

// Best effort: a session that could not be dropped is the server's to expire.
async function terminate(mine: Session | undefined, tools: WorkTools): Promise<boolean> {
  const { protocol, clock } = tools
  if (!mine) return true
  const late = new AbortController()
  const limit = clock.sleep(terminateMs, late.signal).then(() => false)
  const drop = step((kit) => protocol.terminate(mine, kit), nothing, { ...tools, signal: late.signal })
  const dropped = await Promise.race([drop, limit]).catch(() => false)
  late.abort()
  return dropped
}

type Before = Pick<UploadFacts, 'unanswered'>

const nothing: Before = { unanswered: undefined }

const is = (error: unknown, code: ErrorCode): error is UploadError =>
  error instanceof UploadError && error.code === code

interface StepOptions<Value> {
  /** What is done after credentials were renewed, if not the same; `undefined` if nothing may be. */
  readonly again?: ((kit: Tools) => Promise<Value>) | undefined
  readonly onSent?: (bytes: number) => void
  readonly onKept?: (session: Session) => void
}

// One step of the protocol, and once more after credentials were renewed.
async function step<Value>(
  run: (kit: Tools) => Promise<Value>,
  { unanswered }: Before,
  { endpoint, clock, renewal, sender, signal, report, remember }: WorkTools,
  options: StepOptions<Value> = {},
): Promise<Value> {
  const { again = 'again' in options ? undefined : run, onSent = () => {}, onKept = () => {} } = options
  const { generation } = renewal
  const kit = (renewed: boolean): Tools => ({
    ...{ endpoint, signal, clock, unanswered },
    renewed: renewed || !renewal.possible,
    send: (request) => sender.send(request, { signal, onSent }),
    keep(session) {
      onKept(session)
      report({ type: 'kept', session })
      return remember()
    },
  })
  try {
    return await run(kit(false))
  } catch (error) {
    signal.throwIfAborted()
    if (!is(error, 'unauthorized') || !again) throw error
    await renewal.renew(generation, error)
    return await again(kit(true))
  }
}

// After these nobody knows what became of the chunk.
const silences: ReadonlySet<ErrorCode> = new Set(['network', 'timeout', 'server', 'blocked'])

// Whether a chunk went unanswered, of which so much went out; all of it, where nothing tells.
function cutOff(error: unknown, { way, learnt }: WorkTools, offset: number, length: number, sent = length): boolean {
  if (!(error instanceof UploadError && silences.has(error.code))) return false
  if (error.status === 408) way.pace = shrink(way.pace, length)
  if (error.status === undefined) learnt.cut = { offset, length, sure: sent > 0 || learnt.cut?.offset === offset }
  return true
}

// Where nothing was kept of a chunk that was cut, a smaller one loses less; and something in between may take none so large (F16).
function lookBack({ way, learnt }: WorkTools, offset: number): void {
  const { cut } = learnt
  if (cut?.sure && cut.offset === offset) way.pace = shrink(way.pace, cut.length)
}

// Whether to go on at once with a smaller chunk, because something in between refused this one for its size.
function smaller(error: unknown, { way, protocol, learnt }: WorkTools, bytes: number): boolean {
  if (!is(error, 'too-large')) return false
  // A host that wants chunks of just this size gets no smaller ones, however often it is asked.
  const { exact, min = 1, multipleOf = 1 } = tighten(protocol.far.chunk, learnt.rules)
  const pace = (exact ?? Math.max(min, multipleOf)) < bytes ? halve(way.pace, bytes) : undefined
  if (pace) {
    way.pace = pace
    return true
  }
  const message = `Cannot send: even ${bytes} bytes are refused; raise the limit on request bodies`
  throw new UploadError('too-large', message, { status: error.status, cause: error })
}

// What the server says of where it stands. What "gone" means depends on whether the far end forgets what is finished.
function heard(
  answer: Confirmed | Gone,
  type: 'recovered' | 'acknowledged',
  { size, unanswered }: Pick<UploadFacts, 'size' | 'unanswered'>,
  tools: WorkTools,
): void {
  const { protocol, clock, report } = tools
  const finished = protocol.far.forgetsFinished && (unanswered === 'last' || unanswered === 'complete')
  const complete = { url: undefined, answer: undefined, verified: false }
  const told = answer === 'gone' && finished ? { offset: size, complete } : answer
  if (told === 'gone' || told.offset > size) return report({ type: 'gone' })
  learn(tools, told)
  report({ type, ...told, at: clock.now() })
}

function learn({ way, learnt }: WorkTools, { rules, whole = 0 }: Confirmed): void {
  learnt.rules = tighten(learnt.rules, rules)
  way.whole = Math.max(way.whole, whole)
}

function firstChunk({ protocol, way, learnt }: WorkTools, size: number): number {
  const { chunk, first } = protocol.far
  return first && nextChunk(way.pace, tighten(tighten(chunk, { max: first }), learnt.rules), 0, size)
}

async function checksumOf(
  source: Source,
  { checksum: algorithm, file, signal }: WorkTools,
): Promise<Checksum | undefined> {
  const hasher = file.hasher(source)
  if (!hasher || !algorithm) return undefined
  // After a pause or a reload there may be nothing left to send, and so nobody else who asks for the rest.
  hasher.advance(source.size)
  return { algorithm, hex: await hasher.digest(signal) }
}

// `whole`: what it is that goes out, once it has gone out whole.
function progressOf(
  { clock, report }: WorkTools,
  offset: number,
  length: number,
  whole?: Unanswered,
): (bytes: number) => void {
  let toldAt = -Infinity
  return (bytes) => {
    // The form around the bytes goes out too; it is none of them.
    const sent = Math.min(bytes, length)
    const now = clock.now()
    if (now - toldAt < progressEveryMs && sent < length) return
    toldAt = now
    report({ type: 'progressed', sent: offset + sent, ...(sent === length && whole && { unanswered: whole }) })
  }
}

function atLeastOne(source: Source): number {
  if (source.size > 0) return source.size
  throw new UploadError('empty-file', `Cannot upload "${source.name}": this server takes no empty file`)
}
