import type { Fault } from './script.ts'

/** What becomes of one request, told part by part: who carries requests needs no list of faults, and all carry them alike. */
export interface Course {
  /** Milliseconds before anything of it goes on its way. */
  readonly waitMs: number
  /** The server forgets the upload that it is about before it arrives. */
  readonly forgotten: boolean
  /** How often the server gets it. */
  readonly arrives: 0 | 1 | 2
  /** How fast, counted in bytes of its body. */
  readonly bytesPerSecond: number
  /** Bytes of its body that arrive before the connection breaks; in a shorter body nothing breaks. */
  readonly upTo: number
  /** The byte of its body of which one bit is turned over; in a shorter body, the last. */
  readonly turned: number | undefined
  /** It is held on its way until just before so many-th request after it. */
  readonly heldFor: number | undefined
  /** The server is killed when `upTo` bytes have arrived, and is there again this many milliseconds later. */
  readonly downMs: number | undefined
  /** Milliseconds that its answer is on its way. */
  readonly answerWaitMs: number
  /** What whoever asked hears: the server's answer, none, or that of something in between. */
  readonly answer: 'given' | 'lost' | Substitute
}

/** An answer in the server's place. */
export interface Substitute {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const straight: Course = {
  waitMs: 0,
  forgotten: false,
  arrives: 1,
  bytesPerSecond: Infinity,
  upTo: Infinity,
  turned: undefined,
  heldFor: undefined,
  downMs: undefined,
  answerWaitMs: 0,
  answer: 'given',
}

const portal = '<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in to this network</h1></html>'

/**
 * What a fault does to a request.
 *
 * @example
 * courseOf({ fault: 'cut', after: 70_000 }) // { …, arrives: 1, upTo: 70_000, answer: 'lost' }
 */
export const courseOf = (fault: Fault): Course => ({ ...straight, ...change(fault) })

function change(fault: Fault): Partial<Course> {
  switch (fault.fault) {
    case 'ok':
      return {}
    case 'drop':
      return { arrives: 0, answer: 'lost' }
    case 'cut':
      return { upTo: fault.after, answer: 'lost' }
    case 'lost':
      return { answer: 'lost' }
    case 'duplicate':
      return { arrives: 2 }
    case 'delay':
      return fault.what === 'answer' ? { answerWaitMs: fault.ms } : { waitMs: fault.ms }
    case 'slow':
      return { bytesPerSecond: fault.bytesPerSecond }
    case 'late':
      return { heldFor: fault.before ?? 1, answer: 'lost' }
    case 'status':
      return { arrives: 0, answer: substitute(fault) }
    case 'html':
      return { arrives: 0, answer: substitute({ status: 200, body: portal }) }
    case 'corrupt':
      return { turned: fault.byte }
    case 'gone':
      return { forgotten: true }
    case 'kill':
      return { upTo: fault.after, downMs: fault.ms, answer: 'lost' }
  }
}

function substitute({ status, headers, body }: Omit<Extract<Fault, { fault: 'status' }>, 'fault'>): Substitute {
  if (body === undefined || status === 204 || status === 205 || status === 304) {
    return { status, headers: { ...headers }, body: '' }
  }
  const text = typeof body === 'string'
  const type = text ? 'text/html' : 'application/json'
  return { status, headers: { 'Content-Type': type, ...headers }, body: text ? body : JSON.stringify(body) }
}
