import type { WriteChunk } from '../chunk.ts'
import { readForm, type FilePart, type Form } from '../form.ts'
import { isProblem, UploadProblem } from '../problem.ts'
import { noFile } from './drf-answers.ts'
import { malformed, refuseFields, type Call, type Fields } from './drf-call.ts'

/** How much of a refused chunk is still read to judge its size, which is told before other faults; in bytes. */
const patience = 1024 ** 2

/** A form that brings a file, read up to the first byte of it. */
export interface FileForm {
  readonly part: FilePart
  /** Those before the file; after the file was stored or counted, all. */
  readonly fields: Fields
  /** Stores the file, the last one if there are several, and reads the form to its end; says how many bytes it had. */
  store(write: WriteChunk, signal: AbortSignal): Promise<number>
  /** Reads on to learn the size of a file that will not be stored; `undefined` when that would take too long. */
  count(): Promise<number | undefined>
}

/**
 * The form of a request that must bring a file; throws the app's 400 when it does not.
 *
 * @param judge throws what the real server finds before it sees that a file is none but a text
 */
export async function readFileForm({ request, settings }: Call, judge: () => void = () => {}): Promise<FileForm> {
  const { fileField, texts } = settings
  const form = await readForm(request, takesRaw(request, settings.rawBodies) ? fileField : undefined)
  const fields: Fields = new Map()
  const first = await nextFile(form, fileField, fields)
  if (!first) {
    if (!form.ended || !fields.has(fileField)) throw malformed(noFile)
    judge()
    throw refuseFields({ [fileField]: [texts.notFile] })
  }

  async function readAll(part: FilePart, write: WriteChunk): Promise<number> {
    let size = await write(part.body)
    for (let next = await nextFile(form, fileField, fields); next; next = await nextFile(form, fileField, fields))
      size = await write(next.body)
    // A body that just stops is no form: nothing of it counts.
    if (!form.ended) throw malformed(noFile)
    return size
  }

  return {
    part: first,
    fields,
    store(write, signal) {
      interruptOn(signal, form)
      return readAll(first, write)
    },
    async count() {
      try {
        return await readAll(first, counter(patience))
      } catch (error) {
        if (isProblem(error, 'too-large')) return undefined
        throw error
      }
    },
  }
}

/** The fields of a request that may bring files too, which are passed over. */
export async function readFields({ request, settings }: Call): Promise<Fields> {
  const form = await readForm(request)
  const fields: Fields = new Map()
  while (await nextFile(form, settings.fileField, fields)) continue
  return fields
}

async function nextFile(form: Form, fileField: string, fields: Fields): Promise<FilePart | undefined> {
  for (;;) {
    const part = await form.next()
    if (!part) return undefined
    if (part.kind === 'field') fields.set(part.name, part.value)
    else if (part.name === fileField) return part
  }
}

function takesRaw(request: Request, rawBodies: boolean): boolean {
  const type = request.headers.get('content-type') ?? ''
  const isForm = /^\s*(?:multipart\/form-data|application\/x-www-form-urlencoded|application\/json)\b/i
  return rawBodies && !isForm.test(type)
}

function counter(limit: number): WriteChunk {
  let left = limit
  return async (source) => {
    let size = 0
    for await (const bytes of source) {
      size += bytes.length
      left -= bytes.length
      if (left < 0) throw new UploadProblem('too-large', 'Too much to read on')
    }
    return size
  }
}

/** Makes a form that waits for the network stop when another request takes the session. */
function interruptOn(signal: AbortSignal, form: Form): void {
  const stop = (): void => form.interrupt(signal.reason)
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
}
