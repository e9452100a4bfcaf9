import { readContentRange, type ContentRange } from '@chunkwise/protocol'
import { isProblem, UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import { malformed, type Call, type Fields } from './drf-call.ts'
import { checkCreation, readFacts } from './drf-creation.ts'
import { readFileForm, type FileForm } from './drf-form.ts'
import { checkGrowth } from './drf-fork.ts'
import { readUndashed } from './drf-route.ts'

/** `PUT`: the first chunk on the list, a further one on a detail (protocol text, sections 4.1, 4.2 and 5). */
export async function putChunk(id: string | undefined, call: Call): Promise<SessionRecord> {
  const { request, settings } = call
  const form = await readFileForm(call)
  const range = readRange(request)
  if (range.end > range.total) throw malformed(`End of chunk exceeds reported total (${range.total} bytes)`)
  const limit = await settings.maxSize(request)
  if (range.total > limit) throw malformed(`Size of file exceeds the limit (${limit} bytes)`)
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

function readRange(request: Request): ContentRange {
  try {
    return readContentRange(request.headers.get('content-range')?.trim())
  } catch (cause) {
    throw new UploadProblem('malformed', 'Error in request headers', { cause })
  }
}

const withProvided = ({ message, details }: UploadProblem, provided: number): UploadProblem =>
  new UploadProblem('offset-mismatch', message, { ...details, provided })

const checkSize = (size: number, length: number): void => {
  if (size !== length) throw malformed(`File size doesn't match headers: file size is ${size} but ${length} reported`)
}

const lengthOf = ({ start, end }: ContentRange): number => {
  const length = end - start + 1
  if (length < 0) throw malformed('The range runs backwards')
  return length
}

async function append(id: string, call: Call, form: FileForm, range: ContentRange): Promise<SessionRecord> {
  const { settings } = call
  return judgingSize(form, range, async (reading) => {
    const length = lengthOf(range)
    const chunk = { offset: range.start, length, size: range.total }
    return call.sessions.append(id, call.viewer, chunk, async (write, signal) => {
      if (settings.compat === 'fork') checkGrowth(range.start + length, settings.fork)
      reading()
      checkSize(await form.store(write, signal), length)
    })
  })
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
  return judgingSize(form, range, work, check)
}

/**
 * Does work that may find a fault before the file is read. The real server has read all of it by then and tells a wrong
 * size first, so the rest is read on, within bounds; `check` are faults that come between.
 */
async function judgingSize<T>(
  form: FileForm,
  { start, end }: ContentRange,
  work: (reading: () => void) => Promise<T>,
  check: (size: number) => void = () => {},
): Promise<T> {
  let read = false
  try {
    return await work(() => {
      read = true
    })
  } catch (error) {
    if (read || !isProblem(error) || isProblem(error, 'locked', 'storage-full')) throw error
    const size = await form.count()
    if (size === undefined) throw error
    checkSize(size, end - start + 1)
    check(size)
    throw error
  }
}
