import { createHash } from 'node:crypto'
import { createFakeClock, type FakeClock } from '@chunkwise/testing'
import type {
  Checksum,
  Chunk,
  Complete,
  Confirmed,
  FileFacts,
  Gone,
  Protocol,
  Session,
  Tools,
  Unanswered,
} from '../src/types.ts'
import { createNetwork, type Network, type Trouble } from './network.ts'
import { bytesOf } from './rig.ts'

/** The server of a protocol: a function like `fetch`, with nothing in it at first. */
export interface ContractServer {
  fetch(request: Request): Promise<Response>
  /** The bytes of each finished upload. */
  finished(): Promise<readonly Uint8Array[]>
  /** From now on it knows none of the uploads that are under way. */
  forget(): Promise<void>
  /** Whether who asks is signed in: at first they are. */
  signIn(yes: boolean): void
}

/** A protocol and its far end. */
export interface Pair {
  readonly endpoint: string
  protocol(): Protocol
  server(clock: FakeClock): ContractServer
}

export const content: Uint8Array<ArrayBuffer> = bytesOf(25)
export const file: FileFacts = {
  key: 'ab'.repeat(16),
  name: 'Film of "us" = 1.mp4',
  type: 'video/mp4',
  size: content.length,
  metadata: {},
  checksum: undefined,
}
export const md5: Checksum = { algorithm: 'md5', hex: createHash('md5').update(content).digest('hex') }
const chunk = (start: number, end: number): Chunk => ({
  offset: start,
  body: new Blob([content.subarray(start, end)], { type: file.type }),
})

/** What a step is told of what was before. */
export interface Circumstances {
  readonly unanswered?: Unanswered
  readonly renewed?: boolean
}

/** The steps of one upload. Each resolves to what the protocol says. */
export interface Steps {
  readonly protocol: Protocol
  readonly server: ContractServer
  readonly clock: FakeClock
  readonly network: Network
  /** What is remembered now. */
  session(): Session
  create(bytes?: number, around?: Circumstances): Promise<Confirmed>
  append(start: number, end: number, around?: Circumstances): Promise<Confirmed | Gone>
  offset(around?: Circumstances): Promise<Confirmed | Gone>
  complete(checksum?: Checksum, around?: Circumstances): Promise<Complete | Confirmed | Gone>
  terminate(): Promise<boolean>
  /** Creates, and sends on up to `end`. */
  begin(end?: number): Promise<void>
  /** Breaks off the step that is under way, and lets no other begin. */
  stop(): void
  /** Lets the n-th request of a step meet trouble. */
  meet<Value>(trouble: Trouble, step: () => Promise<Value>, number?: number): Promise<Value>
}

/** One upload, step by step, without an uploader: over a network that may be in trouble, in virtual time. */
export function takeSteps({ endpoint, protocol: create, server: open }: Pair, facts: Partial<FileFacts> = {}): Steps {
  const clock = createFakeClock()
  const told = { ...file, ...facts }
  const server = open(clock)
  const protocol = create()
  let next: { readonly trouble: Trouble; readonly number: number } | undefined
  const network = createNetwork(server, clock, (number) => (number === next?.number ? next.trouble : undefined))
  let session: Session = {}
  const keep = (kept: Session): Promise<void> => {
    // What is remembered is JSON.
    session = JSON.parse(JSON.stringify(kept)) as Session
    return Promise.resolve()
  }
  const page = new AbortController()
  const { signal } = page
  const tools = ({ unanswered, renewed = false }: Circumstances = {}): Tools => ({
    ...{ endpoint, signal, clock, keep, unanswered, renewed },
    send: ({ headers = {}, ...request }) =>
      network.transport({ ...request, headers, credentials: 'omit' }, { signal, onSent: () => {} }),
  })
  async function heard(answer: Promise<Confirmed | Gone>): Promise<Confirmed | Gone> {
    const said = await clock.run(answer)
    if (said === 'gone' || !said.session) return said
    const { session: changed, ...confirmed } = said
    await keep(changed)
    return confirmed
  }
  const upload = {
    async create(bytes = 10, around?: Circumstances): Promise<Confirmed> {
      const first = protocol.far.first > 0 ? chunk(0, bytes) : undefined
      const { session: made, ...confirmed } = await clock.run(protocol.create(told, first, tools(around)))
      await keep(made)
      return confirmed
    },
    append: (start: number, end: number, around?: Circumstances) =>
      heard(protocol.append(session, told, chunk(start, end), tools(around))),
    offset: (around?: Circumstances) => heard(protocol.offset(session, told, tools(around))),
    complete: (checksum?: Checksum, around?: Circumstances) =>
      clock.run(protocol.complete(session, told, checksum, tools(around))),
    terminate: () => clock.run(protocol.terminate(session, tools())),
    /** Creates, and sends on up to `end`. */
    async begin(end = 10): Promise<void> {
      const { offset } = await upload.create(end)
      if (offset < end) await upload.append(offset, end)
    },
  }
  /** Lets the n-th request of a step meet trouble. */
  const meet = async <Value>(trouble: Trouble, step: () => Promise<Value>, number = 1): Promise<Value> => {
    next = { trouble, number: network.log.length + number }
    return step()
  }
  return { ...upload, protocol, server, clock, network, meet, session: () => session, stop: () => page.abort() }
}
