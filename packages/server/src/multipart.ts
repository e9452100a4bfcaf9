import { make, type MultipartError, type PartInfo } from 'multipasta'
import { readDisposition } from './disposition.ts'
import type { Form, Part } from './form.ts'
import { markPiece } from './pieces.ts'
import { isProblem, UploadProblem } from './problem.ts'

type Event =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | { readonly kind: 'file'; readonly name: string; readonly filename: string; readonly type: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'fileEnd' }

/** Bounds on what a form may hold in memory (S25): parts, and bytes of all fields together. Files are streamed. */
const formLimits = { parts: 64, fieldBytes: 8192 }

const dash = 0x2d
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Reads `multipart/form-data` (RFC 7578) as it arrives. multipasta pushes, this pulls: the body is not read further than
 * what was asked for, so a slow disk slows the network and nothing is collected.
 */
export function readMultipart(body: ReadableStream<Uint8Array>, contentType: string): Form {
  const reader = body.getReader()
  const events: Event[] = []
  let ended = false
  let failure: MultipartError | undefined
  let bodyEnd = false
  let fieldBytes = 0
  const stop: { asked: boolean; reason: unknown } = { asked: false, reason: undefined }
  let held: Uint8Array | undefined

  // multipasta reads dispositions as RFC 7231 has them, which loses names that are not Latin-1; ours come from the raw header.
  const describe = (info: PartInfo): ReturnType<typeof readDisposition> => {
    const header = info.headers['content-disposition']
    return readDisposition((Array.isArray(header) ? header[0] : header) ?? '')
  }
  // Of a part whose headers a boundary cut off multipasta tells the end, under the headers of the part before it or under none.
  let described = false
  const partEnds = (): void => {
    if (!described) failure ??= { _tag: 'InvalidDisposition' }
    described = false
  }
  const parser = make({
    headers: { 'content-type': contentType },
    maxParts: formLimits.parts,
    maxFieldSize: formLimits.fieldBytes,
    isFile(info) {
      described = true
      return Boolean(describe(info).filename)
    },
    onField(info, value) {
      partEnds()
      if (failure) return
      fieldBytes += value.length
      if (fieldBytes > formLimits.fieldBytes) failure ??= { _tag: 'ReachedLimit', limit: 'MaxFieldSize' }
      events.push({ kind: 'field', name: describe(info).name ?? '', value: decoder.decode(value) })
    },
    onFile(info) {
      const { name = '', filename = '' } = describe(info)
      const safe = baseName(filename)
      // As Django has it: a part whose name is nothing but a path is no part at all.
      const isPart = safe !== ''
      if (isPart) events.push({ kind: 'file', name, filename: safe, type: info.contentType })
      return (bytes) => {
        if (!bytes) partEnds()
        if (isPart) events.push(bytes ? { kind: 'bytes', bytes } : { kind: 'fileEnd' })
      }
    },
    onError(error) {
      // A body that just stops is told by `ended`.
      if (!ended && error._tag !== 'EndNotReached') failure ??= error
    },
    onDone() {
      ended = true
    },
  })

  /** Feeds the parser one more piece of the body; false at its end. */
  async function feed(): Promise<boolean> {
    if (stop.asked) throw stop.reason
    if (bodyEnd) return false
    const { done, value } = await reader.read().catch((cause: unknown) => {
      if (stop.asked) throw stop.reason
      throw isProblem(cause) ? cause : new UploadProblem('incomplete-body', 'The request was cut off', { cause })
    })
    if (stop.asked) throw stop.reason
    bodyEnd = done
    if (value) markPiece(body, value)
    const bytes = join(held, value)
    held = undefined
    if (ended) return !done
    if (bytes) {
      // multipasta takes a lone dash after a boundary for the start of a header, so the last dashes wait for what follows.
      const dashes = done || bytes.at(-1) !== dash ? 0 : bytes.at(-2) === dash ? 2 : 1
      if (dashes > 0) held = bytes.slice(-dashes)
      const ready = bytes.subarray(0, bytes.length - dashes)
      if (ready.length > 0) parse(() => parser.write(ready))
    }
    if (done) parse(() => parser.end())
    if (failure) throw malformed(failure)
    return !done
  }

  // What cannot be decoded may come with the last bytes.
  function parse(step: () => void): void {
    try {
      step()
    } catch (cause) {
      throw new UploadProblem('malformed', 'Multipart form parse error - Bad part header', { cause })
    }
  }

  async function nextEvent(): Promise<Event | undefined> {
    for (;;) {
      if (stop.asked) throw stop.reason
      const event = events.shift()
      if (event) return event
      if (!(await feed()) && events.length === 0) return undefined
    }
  }

  let open = false
  async function* fileBytes(): AsyncGenerator<Uint8Array> {
    while (open) {
      const event = await nextEvent()
      if (event?.kind !== 'bytes') {
        open = false
        return
      }
      yield event.bytes
    }
  }

  return {
    get ended() {
      return ended
    },
    interrupt(reason) {
      if (!stop.asked) Object.assign(stop, { asked: true, reason })
      // The reader may be waiting for a network that says nothing.
      reader.cancel(reason).catch(() => {})
    },
    async next(): Promise<Part | undefined> {
      while (open) {
        const skipped = await nextEvent()
        if (skipped?.kind !== 'bytes') open = false
      }
      const event = await nextEvent()
      if (!event) return undefined
      if (event.kind === 'field') return event
      if (event.kind !== 'file') return this.next()
      open = true
      return { ...event, body: fileBytes() }
    },
  }
}

/** The last segment of a path of either kind, without what cannot be printed; nothing for `.` and `..`. */
function baseName(filename: string): string {
  const last = filename.split(/[/\\]/).at(-1) ?? ''
  const printable = last.replaceAll(/\p{Cc}/gu, '').trim()
  return printable === '.' || printable === '..' ? '' : printable
}

function join(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  if (!a || !b) return a ?? b
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

function malformed(error: MultipartError): UploadProblem {
  const text = 'Multipart form parse error - '
  if (error._tag === 'InvalidBoundary')
    return new UploadProblem('malformed', `${text}Invalid boundary in multipart: None`)
  if (error._tag === 'ReachedLimit') return new UploadProblem('malformed', `${text}Too many or too large fields`)
  return new UploadProblem('malformed', `${text}Bad part header`)
}
