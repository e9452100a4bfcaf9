import type { Fault } from '@chunkwise/testing'

interface Range {
  readonly start: number
  readonly end: number
}

/** A request to the upload server as it went by, in the order of their beginnings. */
export interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly headers: ReadonlyMap<string, string>
  /** The bytes of the file that it carries, as far as its head says; both ends are inside. */
  readonly range: Range | undefined
  /** Counts what happens, so that two things can be told to be one after the other. */
  readonly began: number
  /** Bytes of its body that were handed to the server, the form around the file's bytes included. */
  sent: number
  /** When the whole answer had been handed to the browser, by the same count as `began`. */
  answered?: number
  /** When its connection was over, by the same count. */
  ended?: number
  status?: number
  /** What a script has done to it. */
  fault?: Fault['fault']
  /** The upload that the answer speaks of, and the offset that it confirms. */
  id?: string
  offset?: number
}

/** Reads the head of a request, which ends in an empty line. */
export function readHead(text: string): Pick<LoggedRequest, 'method' | 'path' | 'headers' | 'range'> {
  const [first = '', ...lines] = text.split('\r\n')
  const [method = '', path = ''] = first.split(' ')
  const headers = new Map(
    lines
      .filter((line) => line !== '')
      .map((line): [string, string] => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
  )
  return { method, path, headers, range: readRange(headers) }
}

function readRange(headers: LoggedRequest['headers']): Range | undefined {
  const [, first, last] = /^bytes (\d+)-(\d+)\/\d+$/.exec(headers.get('content-range') ?? '') ?? []
  if (first !== undefined) return { start: Number(first), end: Number(last) }
  // The first bytes may come with the creation, which names no offset; a stream names no length.
  if (!headers.has('upload-offset') && !rawTypes.includes(headers.get('content-type') ?? '')) return undefined
  const start = Number(headers.get('upload-offset') ?? 0)
  const end = start + Number(headers.get('content-length') ?? Infinity) - 1
  return end < start ? undefined : { start, end }
}

// Bodies that are bytes of the file and nothing else: those of tus and of the IETF draft.
const rawTypes = ['application/offset+octet-stream', 'application/partial-upload']

/** Reads what the answer to an upload request says, as far as it is of interest here. */
export function readAnswer(text: string): Pick<LoggedRequest, 'status' | 'id' | 'offset'> {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]
  const id = (
    /^location: .*\/([0-9a-f-]{32,36})\/?\r$/im.exec(text) ??
    /"(?:upload_(?:uu)?)?id":\s*"([0-9a-f-]{32,36})"/.exec(text)
  )?.[1]
  const offset = (/^upload-offset: (\d+)\r$/im.exec(text) ?? /"(?:expected_)?offset":\s*(\d+)/.exec(text))?.[1]
  return {
    ...(status === undefined ? {} : { status: Number(status) }),
    ...(id === undefined ? {} : { id }),
    ...(offset === undefined ? {} : { offset: Number(offset) }),
  }
}

/** The upload that a request is about: from its address, else from the answer that created it. */
const uploadOf = ({ path, id }: LoggedRequest): string | undefined =>
  /\/([0-9a-f-]{32,36})\/?(?:\?.*)?$/.exec(path)?.[1] ?? id

/** Uploads that the server has had, to judge by its answers: one that it forgot, and that was begun anew, counts twice. */
export const uploadsIn = (log: readonly LoggedRequest[]): number =>
  new Set(log.map(uploadOf).filter((upload) => upload !== undefined)).size

/** The offsets that were confirmed of each upload, in the order in which they were heard. */
export function offsetsTold(log: readonly LoggedRequest[]): Map<string, number[]> {
  const told = new Map<string, number[]>()
  const heard = log.toSorted((one, other) => (one.answered ?? 0) - (other.answered ?? 0))
  for (const request of heard) {
    const upload = uploadOf(request)
    if (upload === undefined || request.offset === undefined || request.answered === undefined) continue
    told.set(upload, [...(told.get(upload) ?? []), request.offset])
  }
  return told
}

/** Requests that carry bytes of a file. */
export const chunks = (log: readonly LoggedRequest[]): LoggedRequest[] => log.filter(({ range }) => range !== undefined)

/** Bytes that were sent though the browser had been told before that the server has them. */
export function bytesSentAgain(log: readonly LoggedRequest[]): number {
  return chunks(log).reduce((sum, request) => {
    const known = confirmedBefore(log, request)
    const { start, end } = request.range ?? { start: 0, end: 0 }
    return sum + Math.max(0, Math.min(known, end + 1) - start)
  }, 0)
}

/**
 * Requests that bring bytes to an upload from elsewhere than where the server said it stands, in its answer to the request
 * before: after an answer that was lost nobody knows, and has to ask.
 */
export function sentBlindly(log: readonly LoggedRequest[]): LoggedRequest[] {
  const known = log.filter((request) => uploadOf(request) !== undefined)
  return known.filter((request, index) => {
    const upload = uploadOf(request)
    const before = known.findLast((other, at) => at < index && uploadOf(other) === upload)
    if (!request.range || !before) return false
    const { status, answered = Infinity } = before
    // A creation without bytes may be answered without a word of where it stands.
    const { offset = status === 201 ? 0 : undefined } = before
    return answered > request.began || offset !== request.range.start
  })
}

// Only the last word counts.
function confirmedBefore(log: readonly LoggedRequest[], request: LoggedRequest): number {
  const upload = uploadOf(request)
  const told = log
    .filter((other) => uploadOf(other) === upload && other.offset !== undefined)
    .filter(({ answered = Infinity }) => answered < request.began)
    .sort((one, other) => (one.answered ?? 0) - (other.answered ?? 0))
  return told.at(-1)?.offset ?? 0
}

/** The requests that began after the server had confirmed the last byte, as `METHOD status`. */
export function requestsAfterLastByte(log: readonly LoggedRequest[], size: number): string[] {
  const last = chunks(log).find(({ offset }) => offset === size)?.answered ?? Infinity
  return log.filter(({ began }) => began > last).map(({ method, status }) => `${method} ${status ?? 'unanswered'}`)
}

/** How many requests were open at the same time, at most. */
export function mostAtOnce(log: readonly LoggedRequest[]): number {
  const events = log
    .flatMap(({ began, answered = Infinity, ended = Infinity }) => [
      { at: began, by: 1 },
      { at: Math.min(answered, ended), by: -1 },
    ])
    .sort((one, other) => one.at - other.at)
  let now = 0
  return events.reduce((most, { by }) => Math.max(most, (now += by)), 0)
}
