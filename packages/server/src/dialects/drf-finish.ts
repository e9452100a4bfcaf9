import { UploadProblem } from '../problem.ts'
import type { Checksum, Completed, Created } from '../session.ts'
import type { ByteSource } from '../store.ts'
import { malformed, type Call, type Fields } from './drf-call.ts'
import { checkCreation, readFacts } from './drf-creation.ts'
import { judgingSize } from './drf-early.ts'
import { readFields, readFileForm } from './drf-form.ts'
import type { DrfSettings } from './drf-options.ts'

/** `POST` on a detail: the finish (protocol text, section 4.3). */
export async function finish(id: string, call: Call): Promise<Completed> {
  const fields = await readFields(call)
  return complete(id, readChecksum(fields, call.settings), call)
}

/**
 * `POST` on the list: the whole file at once (section 4.4). With `upload_key` it is repeatable; without, a finish that is
 * refused leaves an upload behind, as the real one does.
 */
export async function postWhole(call: Call): Promise<Completed> {
  const { request, settings, sessions, viewer } = call
  const form = await readFileForm(call)
  const { part, fields } = form
  const limit = await settings.maxSize(request)
  const check = (size?: number): void => checkCreation(call, part, fields, size)
  const chunk = { offset: 0, repeats: true }
  let read = false
  const work = async (reading: () => void): Promise<Created> => {
    check()
    const facts = readFacts(settings, part, fields, undefined)
    return sessions.create(viewer, chunk, facts, async (write, signal) => {
      reading()
      read = true
      const size = await form.store((source) => write(atMost(source, limit)), signal)
      check(size)
      return readFacts(settings, part, fields, size)
    })
  }
  const { session, fresh } = await judgingSize(form, work, (size) => {
    checkLimit(size, limit)
    check(size)
  })
  // The checksum may stand behind a file that is not needed a second time.
  if (!read) await form.count()
  const checksum = readChecksum(fields, settings)
  const made = { ...call, viewer: { ...viewer, created: session.id } }
  if (fresh || session.status !== 'complete') return complete(session.id, checksum, made)
  if (checksum?.value === session.checksum?.value) return { session, answer: undefined }
  throw new UploadProblem('checksum-mismatch', 'checksum does not match')
}

function readChecksum(fields: Fields, { checksum, compat }: DrfSettings): Checksum | undefined {
  if (checksum === false) return undefined
  const value = fields.get(checksum) ?? ''
  // Compared as it came, case and all.
  if (value !== '') return { algorithm: checksum, value }
  throw malformed(compat === 'fork' ? "Both 'id' and 'md5' are required" : `Checksum of type '${checksum}' is required`)
}

function complete(id: string, checksum: Checksum | undefined, call: Call): Promise<Completed> {
  return call.sessions.complete(id, call.viewer, checksum, call.request)
}

function checkLimit(size: number, limit: number): void {
  if (size > limit) throw malformed(`Size of file exceeds the limit (${limit} bytes)`)
}

async function* atMost(source: ByteSource, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const bytes of source) {
    size += bytes.length
    checkLimit(size, limit)
    yield bytes
  }
}
