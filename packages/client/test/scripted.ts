import { createFakeClock, type FakeClock } from '@chunkwise/testing'
import type { FileFacts, ProtocolRequest, Reply, Session, Tools } from '../src/types.ts'

/** Tools of a protocol that answer by a list, and remember what was sent and kept. */
export interface Scripted {
  readonly tools: Tools
  readonly clock: FakeClock
  readonly sent: readonly ProtocolRequest[]
  readonly kept: readonly Session[]
  /** `POST /files/`, in order. */
  log(): string[]
  /** The headers of the n-th request, counted from 0. */
  headers(number: number): Readonly<Record<string, string>>
}

/** An answer: its status, its headers by any case, its body. */
export function reply(status: number, headers: Readonly<Record<string, string>> = {}, text: string = ''): Reply {
  const named = new Headers(headers)
  return { status, text, url: '', header: (name) => named.get(name) ?? undefined }
}

/** The facts of a small file. */
export const facts: FileFacts = {
  key: 'ab'.repeat(16),
  name: 'Fïlm "1".mp4',
  type: 'video/mp4',
  size: 25,
  metadata: { album: '7' },
  checksum: undefined,
}

export function scripted(
  endpoint: string,
  answers: readonly (Reply | Error)[],
  circumstances: Partial<Tools> = {},
): Scripted {
  const left = [...answers]
  const sent: ProtocolRequest[] = []
  const kept: Session[] = []
  const clock = createFakeClock()
  const tools: Tools = {
    ...{ endpoint, clock, unanswered: undefined, renewed: false, signal: new AbortController().signal },
    keep(session) {
      kept.push(JSON.parse(JSON.stringify(session)) as Session)
      return Promise.resolve()
    },
    async send(request) {
      sent.push(request)
      const next = left.shift()
      if (!next) throw new Error(`No answer for ${request.method} ${request.url}`)
      if (next instanceof Error) throw next
      return { ...next, url: next.url || request.url }
    },
    ...circumstances,
  }
  const log = (): string[] => sent.map(({ method, url }) => `${method} ${new URL(url).pathname}`)
  return { tools, clock, sent, kept, log, headers: (number) => sent[number]?.headers ?? {} }
}
