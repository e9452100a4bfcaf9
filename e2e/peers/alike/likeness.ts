import { type Answer, isShown, shownIn, typeOf } from './answer.ts'
import type { Side, Upload } from './ask.ts'
import { showDifference } from './transcript.ts'

/** Both answers to one request. */
export type Answers = Readonly<Record<Side, Answer>>

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?:Z|[+-]\d\d:\d\d)$/
const day = /\/\d{4}\/\d\d\/\d\d\//
const origin = /^http:\/\/127\.0\.0\.1:\d+/

/**
 * How an answer of ours differs from theirs; no lines if it does not.
 *
 * @param apart labels of uploads that are not compared any more
 */
export function differences(answers: Answers, uploads: readonly Upload[], apart: ReadonlySet<string>): string[] {
  const found: string[] = []
  const compare = (what: string, told: (answer: Answer, side: Side) => unknown): void => {
    found.push(...showDifference(what, told(answers.theirs, 'theirs'), told(answers.ours, 'ours')))
  }
  if (answers.ours.status >= 500) found.push('ours may not crash')
  compare('status', ({ status }) => status)
  compare('Content-Type', ({ headers }) => typeOf(headers))
  for (const name of ['Allow', 'WWW-Authenticate', 'Location', 'Retry-After'])
    compare(name, ({ headers }, side) => simplify(headers.get(name), side, uploads))
  // Ours is told never to be kept as well (F30).
  compare('Cache-Control', ({ headers }) => headers.get('cache-control')?.includes('max-age=0') ?? false)
  compare('Expires', ({ headers }) => headers.has('expires'))
  compare('body', ({ json }, side) => simplify(withoutApart(json, apart), side, uploads))
  return found
}

/** What an upload is called whose name came from the request of a number; names that are odd have that number too. */
const labelOf = (filename: string): string => `<${/film (\d+)\.bin/.exec(filename)?.[1] ?? '?'}>`

function withoutApart(json: unknown, apart: ReadonlySet<string>): unknown {
  if (!Array.isArray(json)) return json
  return json.filter((item) => !isShown(item) || !apart.has(labelOf(item.filename)))
}

/** A value without what may differ: ids, addresses, times, days, and the order of lists. */
function simplify(value: unknown, side: Side, uploads: readonly Upload[]): unknown {
  if (typeof value === 'string') {
    if (time.test(value)) return '<time>'
    const named = uploads.reduce((text, { ids, label }) => text.replaceAll(ids[side], label), value)
    return named.replace(origin, '').replace(day, '/<day>/')
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => simplify(item, side, uploads))
    return items.every((item) => isShown(item)) ? items.toSorted((a, b) => (a.id < b.id ? -1 : 1)) : items
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, simplify(item, side, uploads)]))
  return value
}

/** The ids of uploads of which both answers tell, and no answer has told before: they are known by their names. */
export function newIds(answers: Answers, uploads: readonly Upload[]): Pick<Upload, 'ids' | 'label'>[] {
  const unknown = (side: Side) =>
    shownIn(answers[side]).filter(({ id }) => uploads.every(({ ids }) => ids[side] !== id))
  const ours = unknown('ours')
  return unknown('theirs').flatMap(({ id, filename }) => {
    const same = ours.find((other) => other.filename === filename)
    return same ? [{ ids: { theirs: id, ours: same.id }, label: labelOf(filename) }] : []
  })
}
