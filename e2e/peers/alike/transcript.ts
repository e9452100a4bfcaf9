import { isDeepStrictEqual } from 'node:util'
import type { Answer } from './answer.ts'
import type { Ask } from './ask.ts'

/** A request, as people read it: its line, then what it has. */
export function showAsk({ method, path, headers, body, upload }: Ask): string {
  const told = Object.entries(headers).filter(([name, value]) => name !== 'Accept' || value !== 'application/json')
  const lines = [...told.map(([name, value]) => `${name}: ${value}`), ...(body ? [body.text] : [])]
  const place = upload ? path('theirs').replace(upload.ids.theirs, upload.label) : path('theirs')
  return [`${method} ${place}`, ...lines.map((line) => `     ${line}`)].join('\n')
}

/** An answer, in a line. */
export const showAnswer = ({ status, text }: Answer): string => `${status} ${brief(text.replaceAll('\n', ' '), 400)}`

/** Where a value of ours is another than theirs, by the innermost name. */
export function showDifference(what: string, theirs: unknown, ours: unknown): string[] {
  if (isDeepStrictEqual(theirs, ours)) return []
  if (!isObject(theirs) || !isObject(ours)) return [`${what}: ${show(theirs)} there, ${show(ours)} here`]
  const names = new Set([...Object.keys(theirs), ...Object.keys(ours)])
  return [...names].flatMap((name) => showDifference(`${what}.${name}`, theirs[name], ours[name]))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const show = (value: unknown): string => (value === undefined ? 'nothing' : brief(JSON.stringify(value), 200))

const brief = (text: string, limit: number): string => (text.length <= limit ? text : `${text.slice(0, limit)}…`)
