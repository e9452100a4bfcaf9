import { createHash } from 'node:crypto'
import { createFaultServer, kindOf, type Entry, type FakeClock } from '@chunkwise/testing'
import { UploadError } from '../../src/errors.ts'
import { drfChunkedUpload } from '../../src/protocols/drf-chunked-upload.ts'
import type { TransportRequest } from '../../src/types.ts'
import { endpoint, type FarEnd } from './far-end.ts'
import type { Schedule } from './schedule.ts'

/** What the server compares at the end. */
export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** Bytes of a form before the file in it, and of a chunk: so that what is cut or turned over is now and then the file. */
const form = 150
const scale = 64

/** The same course of things with larger chunks, and with faults that hit them inside their forms. */
export function enlarged(schedule: Schedule): Schedule {
  const size = Math.max(1, schedule.size * scale - (schedule.size % scale))
  return { ...schedule, size, chunk: schedule.chunk * scale, settleMs: 2_000, script: schedule.script.map(inForm) }
}

function inForm(entry: Entry): Entry {
  if (typeof entry !== 'object') return entry
  if (entry.fault === 'cut') return { ...entry, after: entry.after * scale }
  // Behind the file a bit turned over makes the form unreadable, which is another fault.
  // Hosts may answer anything to a finish: there it would be an answer like another.
  if (entry.fault === 'status' && entry.status === 200) return { ...entry, on: 'append' }
  if (entry.fault === 'corrupt') return { ...entry, byte: form + (entry.byte % scale) }
  return entry
}

/** The upload server itself and the protocol of drf-chunked-upload, behind a network that fails by script. */
export function drfFarEnd({ script, chunk }: Schedule, clock: FakeClock): FarEnd {
  const server = createFaultServer({ endpoint, clock, script })
  const real = drfChunkedUpload()
  const pathOf = ({ url }: TransportRequest): string => new URL(url).pathname
  return {
    protocol: { ...real, far: { ...real.far, chunk: { max: chunk }, first: chunk } },
    transport: server.transport(UploadError),
    get faults() {
      return server.log.map(({ fault }) => fault.fault).filter((fault) => fault !== 'ok')
    },
    kindOf: (request) => kindOf(request.method, pathOf(request), new URL(endpoint).pathname),
    keyIn: ({ body }) => {
      const key = body instanceof FormData ? body.get('upload_key') : undefined
      return typeof key === 'string' ? key : undefined
    },
    chunkIn({ headers, carries }) {
      const start = headers['Content-Range']?.match(/\d+/)?.[0]
      return carries === undefined || start === undefined ? undefined : { offset: Number(start), size: carries }
    },
    offsetIn({ text }) {
      if (!text.startsWith('{')) return undefined
      const { offset, expected_offset: expected } = JSON.parse(text) as Record<string, unknown>
      const told = expected ?? offset
      return typeof told === 'number' ? told : undefined
    },
    async truth() {
      const all = (await server.sessions()).map(async ({ id, status }) => ({
        bytes: await server.bytes(id),
        complete: status === 'complete',
      }))
      return Promise.all(all)
    },
    expire: () => server.expire(),
    // The server keeps what it has confirmed.
    roll: () => {},
  }
}
