import { UploadError, type ErrorCode } from '../../src/errors.ts'
import type { UploadEvent, UploadState } from '../../src/machine.ts'
import type { Complete, Protocol } from '../../src/types.ts'
import type { WorkTools } from '../../src/work.ts'
import type { ReferenceServer } from './reference-server.ts'

type Reduce = (state: UploadState, event: UploadEvent) => UploadState

/** A mistake, planted in the place of what is right. */
export interface Mutant {
  readonly name: string
  /** What it breaks. */
  readonly rows: string
  reduce?(state: UploadState, event: UploadEvent, real: Reduce): UploadState
  /** What the work of a status is given. */
  tools?(tools: WorkTools): WorkTools
  protocol?(real: Protocol): Protocol
  server?(real: ReferenceServer): Partial<ReferenceServer>
}

/** The mistake that is planted now, if any. */
export const planted: { mutant: Mutant | undefined } = { mutant: undefined }

const failedWith = (error: unknown, ...codes: ErrorCode[]): boolean =>
  error instanceof UploadError && codes.includes(error.code)

const done: Complete = { url: undefined, answer: undefined, verified: true }

/** Nothing stops what is given this. */
const deaf = (tools: WorkTools): WorkTools => ({ ...tools, signal: new AbortController().signal })

/** Mistakes that uploaders have made. The model must find each of them, or it proves nothing. */
export const mutants: readonly Mutant[] = [
  {
    name: 'a chunk is tried again without asking for the offset',
    rows: 'F02',
    reduce(state, event, real) {
      const next = real(state, event)
      if (state.status !== 'waiting' || next.status !== 'recovering' || next.offset === next.size) return next
      return { ...next, status: 'uploading' }
    },
  },
  {
    name: 'a chunk without an answer counts as confirmed',
    rows: 'F01, I09',
    protocol: (real) => ({
      ...real,
      append: (session, file, chunk, tools) =>
        real.append(session, file, chunk, tools).catch((error: unknown) => {
          if (failedWith(error, 'network')) return { offset: chunk.offset + chunk.body.size }
          throw error
        }),
    }),
  },
  {
    name: 'any 200 counts',
    rows: 'F20, I01',
    protocol: (real) => ({
      ...real,
      append: (session, file, chunk, tools) =>
        real.append(session, file, chunk, tools).catch((error: unknown) => {
          if (failedWith(error, 'blocked')) return { offset: chunk.offset + chunk.body.size }
          throw error
        }),
      complete: (session, file, checksum, tools) =>
        real.complete(session, file, checksum, tools).catch((error: unknown) => {
          if (failedWith(error, 'blocked')) return done
          throw error
        }),
    }),
  },
  {
    name: 'the offset in the record is trusted',
    rows: 'F61',
    reduce(state, event, real) {
      const next = real(state, event)
      if (event.type !== 'prepared' || next.status !== 'recovering' || next.offset === next.size) return next
      return { ...next, status: 'uploading' }
    },
  },
  {
    name: 'each try to create has a key of its own',
    rows: 'F33, I06',
    protocol: (real) => ({
      ...real,
      create: (file, chunk, tools) => real.create({ ...file, key: crypto.randomUUID() }, chunk, tools),
    }),
  },
  {
    name: 'a finish without an answer is a failure',
    rows: 'F32, I07',
    reduce(state, event, real) {
      if (state.status !== 'completing' || event.type !== 'errored') return real(state, event)
      return real(state, { ...event, retryIn: undefined })
    },
  },
  {
    name: 'success does not wait for the checksum to agree',
    rows: 'F31, I01',
    protocol: (real) => ({
      ...real,
      complete: (session, file, checksum, tools) =>
        real.complete(session, file, checksum, tools).catch((error: unknown) => {
          if (failedWith(error, 'checksum')) return done
          throw error
        }),
    }),
  },
  {
    name: 'a second resume starts a second loop',
    rows: 'F87, I05',
    reduce(state, event, real) {
      const running = state.status === 'recovering' || state.status === 'uploading' || state.status === 'creating'
      if (event.type !== 'resume' || !running) return real(state, event)
      return state.session
        ? { ...state, status: 'recovering', session: state.session }
        : { ...state, status: 'creating' }
    },
    tools: deaf,
  },
  {
    name: 'a session is given up for a 503 while recovering',
    rows: 'F11, F12',
    reduce(state, event, real) {
      const passing = event.type === 'errored' && event.error.code === 'server'
      return real(state, state.status === 'recovering' && passing ? { type: 'gone' } : event)
    },
  },
  {
    name: 'failures are not counted',
    rows: 'I07, I12',
    reduce(state, event, real) {
      const next = real(state, event)
      return next.status === 'waiting' ? { ...next, attempt: state.attempt } : next
    },
  },
  {
    name: 'a pause does not stop the work',
    rows: 'F87, I05',
    tools: deaf,
  },
  {
    name: 'a chunk without an answer is simply sent again',
    rows: 'F02',
    protocol: (real) => ({
      ...real,
      append: (session, file, chunk, tools) =>
        real.append(session, file, chunk, tools).catch((error: unknown) => {
          if (failedWith(error, 'network')) return real.append(session, file, chunk, tools)
          throw error
        }),
    }),
  },
  {
    name: 'nothing is remembered before it goes out',
    rows: 'F62, I11',
    tools: (tools) => ({ ...tools, remember: () => Promise.resolve() }),
  },
  {
    name: 'an answer that does not advance is taken for one that does',
    rows: 'F21, I09',
    protocol: (real) => ({
      ...real,
      async append(session, file, chunk, tools) {
        const answer = await real.append(session, file, chunk, tools)
        return answer === 'gone' ? answer : { ...answer, offset: Math.max(answer.offset, chunk.offset + 1) }
      },
    }),
  },
  {
    name: 'the server takes bytes at any offset',
    rows: 'F17, I02',
    server: (real) => ({
      open: (id, _, size) => real.open(id, real.uploads.get(id)?.bytes.length ?? 0, size),
    }),
  },
  {
    name: 'the server keeps less than it confirms',
    rows: 'I02, I03',
    server: (real) => ({ write: (id, bytes) => real.write(id, bytes.length > 1 ? bytes.slice(0, -1) : bytes) }),
  },
  {
    name: 'the server confirms before it syncs',
    rows: 'I03',
    // Synced with what comes next.
    server: (real) => ({
      sync: () => {},
      open(id, offset, size) {
        real.sync(id)
        return real.open(id, offset, size)
      },
    }),
  },
  {
    name: 'the server: who is refused the lock takes it off',
    rows: 'F17',
    server: (real) => ({
      open(id, offset, size) {
        const said = real.open(id, offset, size)
        const upload = real.uploads.get(id)
        if (said === 'locked' && upload) upload.writer = undefined
        return said
      },
    }),
  },
  {
    name: 'the server calls a second finish a failure',
    rows: 'F32',
    server: (real) => ({
      complete: (id, sum) => (real.uploads.get(id)?.complete ? 'mismatch' : real.complete(id, sum)),
    }),
  },
]
