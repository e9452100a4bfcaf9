import { UploadProblem } from '../problem.ts'

/** Throws `malformed` (412) for a request that is not of tus 1.0. */
export function needTus({ headers }: Request): void {
  if (headers.get('Tus-Resumable') !== '1.0.0')
    throw new UploadProblem('malformed', 'Tus-Resumable: expected 1.0.0', { status: 412 })
}

/** A header that is a number of bytes; throws `malformed`. */
export function byteCount(headers: Headers, name: string): number {
  const text = headers.get(name) ?? ''
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new UploadProblem(
    'malformed',
    `${name}: expected a number of bytes`,
    name === 'Content-Length' ? { status: 411 } : {},
  )
}
