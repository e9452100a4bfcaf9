import type { ProblemCode } from '@chunkwise/protocol'
import type { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { DrfSettings } from './drf-options.ts'

/** Times as Django shows them in a UTC project: ISO 8601 with microseconds. */
const showTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

/** A primary key as JSON: Django's are numbers, other systems have names. */
const showOwner = (owner: string | undefined): string | number | null => {
  if (owner === undefined) return null
  return /^\d{1,15}$/.test(owner) ? Number(owner) : owner
}

const done = (session: SessionRecord): boolean => session.status === 'complete'

/** Address of an upload; a request that says what format it wants gets the same in addresses. */
function showUrl(session: SessionRecord, request: Request, settings: DrfSettings): string {
  const base = settings.path.endsWith('/') ? settings.path : `${settings.path}/`
  const format = new URL(request.url).searchParams.has('format') ? '?format=json' : ''
  return settings.origin(request) + base + session.id + (settings.trailingSlash ? '/' : '') + format
}

function showFile(session: SessionRecord, request: Request, settings: DrfSettings): string | null {
  if (session.status === 'expired') return null
  const path = done(session) ? session.complete : session.partial
  return settings.origin(request) + settings.mediaUrl + encodeURI(path)
}

/** What an upload looks like: to a request that changed it, and (in the fork) otherwise to one that asks. */
export function showUpload(
  session: SessionRecord,
  request: Request,
  settings: DrfSettings,
  expiresAt: number,
  asked: boolean,
): unknown {
  const shape = settings.compat === 'fork' ? showFork : showPlain
  const shown = shape(session, request, settings, expiresAt, asked)
  // Tells a client that a repeat of its creation does no harm here; one of the real server's never sends a key.
  const answer = asked || session.key === undefined ? shown : { ...shown, upload_key: session.key }
  return settings.serialize ? settings.serialize(answer, session) : answer
}

function showPlain(session: SessionRecord, request: Request, settings: DrfSettings): Record<string, unknown> {
  const answer = {
    id: session.id,
    url: showUrl(session, request, settings),
    file: showFile(session, request, settings),
    filename: session.filename,
    offset: session.offset,
    created_at: showTime(session.createdAt),
    status: done(session) ? 2 : 1,
    completed_at: session.completedAt === undefined ? null : showTime(session.completedAt),
  }
  return settings.owner === 'none' ? answer : { ...answer, user: showOwner(session.owner) }
}

function showFork(
  session: SessionRecord,
  request: Request,
  settings: DrfSettings,
  expiresAt: number,
  asked: boolean,
): Record<string, unknown> {
  const { id, offset } = session
  const expires_at = Number.isFinite(expiresAt) ? showTime(expiresAt) : null
  if (asked) return { id, file: showFile(session, request, settings), offset, expires_at }
  return {
    id,
    url: showUrl(session, request, settings),
    filename: session.filename,
    offset,
    creator: showOwner(session.owner),
    status: done(session) ? 2 : 1,
    completed_at: session.completedAt === undefined ? null : showTime(session.completedAt),
    expires_at,
  }
}

/** Where drf-chunked-upload has a status of its own; the other codes keep theirs (423, 429, 507 and the like). */
const drfStatus: Partial<Record<ProblemCode, number>> = {
  'offset-mismatch': 400,
  completed: 400,
  'checksum-mismatch': 400,
  'too-large': 400,
}

/** A problem in the words of drf-chunked-upload. */
export function showProblem(problem: UploadProblem, settings: DrfSettings): { status: number; body: unknown } {
  const status = problem.details.status ?? drfStatus[problem.code] ?? problem.status
  if (problem.details.answer !== undefined) return { status, body: problem.details.answer }
  if (problem.code === 'offset-mismatch') {
    const detail = 'Offsets do not match'
    const { offset: expected, provided } = problem.details
    const old = settings.compat === 'fork' || settings.compat === '0.5.1'
    if (old) return { status, body: { detail, offset: expected } }
    return { status, body: { detail, expected_offset: expected, provided_offset: provided } }
  }
  return { status, body: { detail: text(problem, settings) } }
}

function text(problem: UploadProblem, { compat, texts }: DrfSettings): string {
  switch (problem.code) {
    case 'not-found':
      return texts.notFound
    case 'gone':
      return 'Upload has expired'
    case 'completed':
      return problem.details.status === undefined ? 'Upload has already been marked as "complete"' : problem.message
    case 'checksum-mismatch':
      return compat === 'fork' ? 'md5 checksum does not match' : 'checksum does not match'
    case 'incomplete-body':
      return noFile
    default:
      return problem.message
  }
}

/** Said when there is no file part, and when the body ends before its time. */
export const noFile = 'No chunk file was submitted'
