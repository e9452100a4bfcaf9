import type { Fault } from '@chunkwise/testing'

import { bytes } from '../format.ts'
import type { LabRequest } from './state.ts'
import { timeScale } from './time-scale.ts'

/** A request as it is drawn. */
export interface Bar {
  readonly number: number
  readonly kind: LabRequest['kind']
  /** What it was for, in a word. */
  readonly name: string
  /** The bytes that it carried; empty if it carried none. */
  readonly range: string
  /** Its begin and end on the picture, from 0 to 1. */
  readonly from: number
  readonly to: number
  readonly outcome: string
  /** `hit`: a fault met it; `open`: it is under way. */
  readonly tone: 'good' | 'hold' | 'hit' | 'open' | 'quiet'
}

/** The most that a picture shows: the newest ones. */
export const mostBars = 40

const names: Readonly<Record<LabRequest['kind'], string>> = {
  create: 'create',
  append: 'chunk',
  offset: 'how far?',
  complete: 'finish',
  terminate: 'drop',
  list: 'list',
  other: 'other',
}

/** The newest requests as bars, oldest first. */
export function barsOf(requests: readonly LabRequest[], now: number): readonly Bar[] {
  const shown = requests.slice(-mostBars)
  const place = timeScale(shown.map(({ began, ended = now }) => ({ from: began, to: ended })))
  return shown.map((request) => ({
    ...{ number: request.number, kind: request.kind, name: names[request.kind] },
    range: request.range ? `${bytes(request.range.start)} – ${bytes(request.range.end)}` : '',
    ...{ from: place(request.began), to: place(request.ended ?? now) },
    ...outcomeOf(request),
  }))
}

function outcomeOf({ fault, outcome, status }: LabRequest): Pick<Bar, 'outcome' | 'tone'> {
  const hit = faultWords(fault)
  if (outcome === undefined) return { outcome: [hit, 'under way'].filter(Boolean).join(', '), tone: 'open' }
  if (outcome === 'down') return { outcome: 'no server', tone: 'hold' }
  if (outcome === 'left') return { outcome: [hit, 'left by the page'].filter(Boolean).join(', '), tone: 'quiet' }
  const answer = outcome === 'broken' ? 'no answer' : String(status)
  if (hit) return { outcome: saysIt.has(fault.fault) ? hit : `${hit}, ${answer}`, tone: harm[fault.fault] ?? 'hit' }
  return { outcome: answer, tone: outcome === 'answered' && (status ?? 0) < 300 ? 'good' : 'hold' }
}

// What these meet comes through, only later.
const harm: { readonly [F in Fault['fault']]?: Bar['tone'] } = { slow: 'quiet', delay: 'hold' }

// These tell by themselves what came back.
const saysIt: ReadonlySet<Fault['fault']> = new Set(['drop', 'cut', 'lost', 'late', 'kill', 'status'])

function faultWords(fault: Fault): string {
  switch (fault.fault) {
    case 'ok':
      return ''
    case 'drop':
      return 'never arrived'
    case 'cut':
      return 'cut'
    case 'lost':
      return 'answer lost'
    case 'duplicate':
      return 'doubled'
    case 'delay':
      return 'stalled'
    case 'slow':
      return 'slow'
    case 'late':
      return 'late'
    case 'status':
      return fault.status === 503 ? '503 busy' : String(fault.status)
    case 'html':
      return 'portal'
    case 'corrupt':
      return 'damaged'
    case 'gone':
      return 'expired'
    case 'kill':
      return 'server killed'
  }
}

/** What a picture of these requests shows, in a sentence for who does not see it. */
export function barsInWords(requests: readonly LabRequest[]): string {
  const count = (fits: (request: LabRequest) => boolean): number => requests.filter(fits).length
  const hit = count(({ fault }) => fault.fault !== 'ok')
  const answered = count(({ outcome }) => outcome === 'answered')
  if (requests.length === 0) return 'No request yet'
  const all = `${requests.length} ${requests.length === 1 ? 'request' : 'requests'}`
  return `${all}, ${answered} answered, ${hit} met by a fault`
}
