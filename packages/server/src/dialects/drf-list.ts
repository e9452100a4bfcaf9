import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { Call } from './drf-call.ts'

/** The list's answer: a bare array, or a page with its neighbours as Django REST framework's page numbers have it. */
export function pageOf(
  sessions: readonly SessionRecord[],
  { request, url, settings }: Call,
  show: (session: SessionRecord) => unknown,
): unknown {
  const { pageSize, texts, origin, path } = settings
  if (pageSize === undefined) return sessions.map(show)
  const last = Math.max(1, Math.ceil(sessions.length / pageSize))
  const text = url.searchParams.get('page') ?? '1'
  const page = text === 'last' ? last : /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (page < 1 || page > last)
    throw new UploadProblem('not-found', texts.invalidPage, { answer: { detail: texts.invalidPage } })
  const link = (number: number): string | null => {
    if (number < 1 || number > last) return null
    return origin(request) + path + (number === 1 ? '' : `?page=${number}`)
  }
  return {
    count: sessions.length,
    next: link(page + 1),
    previous: link(page - 1),
    results: sessions.slice((page - 1) * pageSize, page * pageSize).map(show),
  }
}
