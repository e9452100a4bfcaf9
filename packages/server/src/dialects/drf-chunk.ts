import { readContentRange, type ContentRange } from '@chunkwise/protocol'
import { isProblem, UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import { malformed, type Call, type Fields } from './drf-call.ts'
import { checkCreation, readFacts } from './drf-creation.ts'
import { judgingSize } from './drf-early.ts'
import { readFileForm, type FileForm } from './drf-form.ts'
import { checkGrowth } from './drf-fork.ts'
import { readUndashed } from './drf-route.ts'

/** `PUT`: the first chunk on the list, a further one on a detail (protocol text, sections 4.1, 4.2 and 5). */
export async function putChunk(id: string | undefined, call: Call): Promise<SessionRecord> {
  const { request, settings } = call
  const limit = await settings.maxSize(request)
  const form = await readFileForm(call, () => readRange(request, limit))
  const range = await judgingSize(form, async () => readRange(request, limit))
  const target = id ?? (settings.compat === 'fork' ? readUploadId(form.fields) : undefined)
  try {
    return await (target === undefined ? create(call, form, range) : append(target, call, form, range))
  } catch (error) {
    if (isProblem(error, 'offset-mismatch')) throw withProvided(error, range.start)
    throw error
  }
}

/** The fork continues and ends by a field on the list url. */
export function readUploadId(fields: Fields): string | undefined {
  const text = fields.get('upload_id') ?? ''
  if (text === '') return undefined
  const id = readUndashed(text)
  if (id !== undefined) return id
  throw new UploadProblem('malformed', 'No UUID', { answer: [`“${text}” is not a valid UUID.`] })
}

function readRange(request: Request, limit: number): ContentRange {
  const range = parseRange(request.headers.get('content-range')?.trim())
  if (range.end > range.total) throw malformed(`End of chunk exceeds reported total (${range.total} bytes)`)
  if (range.total > limit) throw malformed(`Size of file exceeds the limit (${limit} bytes)`)
  return range
}

function parseRange(text: string | undefined): ContentRange {
  try {
    return readContentRange(text)
  } catch (cause) {
    throw new UploadProblem('malformed', 'Error in request headers', { cause })
  }
}

const withProvided = ({ message, details }: UploadProblem, provided: number): UploadProblem =>
  new UploadProblem('offset-mismatch', message, { ...details, provided })

const checkSize = (size: number, length: number): void => {
  if (size !== length) throw malformed(`File size doesn't match headers: file size is ${size} but ${length} reported`)
}

const span = ({ start, end }: ContentRange): number => end - start + 1

const lengthOf = (range: ContentRange): number => {
  const length = span(range)
  if (length < 0) throw malformed('The range runs backwards')
  return length
}

async function append(id: string, call: Call, form: FileForm, range: ContentRange): Promise<SessionRecord> {
  const { settings } = call
  const work = async (reading: () => void): Promise<SessionRecord> => {
    const length = lengthOf(range)
    // Who knows keys asks for the offset after a cut: a chunk that comes again is the browser's doing (F03), not worth its time.
    const strict = form.fields.has('upload_key')
    const chunk = { offset: range.start, length, size: range.total, strict }
    return call.sessions.append(id, call.viewer, chunk, async (write, signal) => {
      if (settings.compat === 'fork') checkGrowth(range.start + length, settings.fork)
      reading()
      checkSize(await form.store(write, signal), length)
    })
  }
  return judgingSize(form, work, (size) => checkSize(size, span(range)))
}

async function create(call: Call, form: FileForm, range: ContentRange): Promise<SessionRecord> {
  const { settings, viewer, sessions } = call
  const { part, fields } = form
  const check = (size?: number): void => checkCreation(call, part, fields, size)
  const work = async (reading: () => void): Promise<SessionRecord> => {
    check()
    const length = lengthOf(range)
    const chunk = { offset: range.start, length, size: range.total }
    const facts = readFacts(settings, part, fields, range.total)
    const { session } = await sessions.create(viewer, chunk, facts, async (write, signal) => {
      reading()
      const size = await form.store(write, signal)
      checkSize(size, length)
      check(size)
      return readFacts(settings, part, fields, range.total)
    })
    return session
  }
  return judgingSize(form, work, (size) => {
    checkSize(size, span(range))
    check(size)
  })
}
