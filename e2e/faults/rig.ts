import { createHash } from 'node:crypto'
import {
  createUploader,
  drfChunkedUpload,
  fetchTransport,
  ietf,
  memoryStore,
  tus,
  type Protocol,
  type Upload,
  type Uploader,
  type UploaderOptions,
  type UploadNotice,
  type UploadState,
} from '@chunkwise/client'
import { kindOf, type Kind, type Script } from '@chunkwise/testing'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { type Passage, straight } from '../support/fault-proxy.ts'
import { md5Of, MiB } from '../support/files.ts'
import { bytesSentAgain, type LoggedRequest, sentBlindly } from '../support/request-log.ts'
import { fastClock } from './fast-clock.ts'
import { openWorld, type PassageFor, type Way, type World } from './world.ts'

export { MiB }

/** Bytes of a chunk, unless a test says otherwise: the least that the client sends. */
export const chunkSize: number = 64 * 1024

/** A file of four of them, the last one shorter. */
export const size: number = 4 * chunkSize - 1000

/** So many times faster goes the client's time, and that of scripts. */
export const pace = 30

export const dialects: readonly { readonly name: string; protocol(): Protocol }[] = [
  { name: 'drf', protocol: () => drfChunkedUpload() },
  { name: 'tus', protocol: () => tus() },
  { name: 'ietf', protocol: () => ietf() },
]

/** A world for the tests of a file: there from the first to the last of them. */
export function useWorld(): () => World {
  let world: World | undefined
  beforeAll(async () => {
    world = await openWorld()
    // Where a page would be: the key of a creation goes to its own origin only.
    vi.stubGlobal('location', new URL(world.endpoint))
  })
  afterAll(async () => {
    vi.unstubAllGlobals()
    await world?.close()
  })
  return () => {
    if (world) return world
    throw new Error('The world opens before the first test')
  }
}

export const kindIn = ({ method, path }: LoggedRequest): Kind => kindOf(method, path, '/api/uploads/')

/** This passage for the n-th request of a kind, and none for all others. */
export function only(kind: Kind, nth: number, passage: Passage): PassageFor {
  let count = 0
  return (request) => (kindIn(request) === kind && ++count === nth ? passage : straight)
}

/** The errors that it has waited out, by their codes. */
export const errorsIn = ({ states }: Sending): string[] =>
  states.flatMap((state) => (state.status === 'waiting' ? state.error.code : []))

/** An upload on its way, and everything that was seen of it. */
export interface Sending {
  readonly uploader: Uploader
  readonly upload: Upload
  readonly file: File
  readonly way: Way
  readonly states: readonly UploadState[]
  readonly notices: readonly UploadNotice['type'][]
  /** All requests so far, in a few words each: `PUT 0-65535 200`. */
  story(): string[]
}

/** Begins an upload of so many bytes, on a way of its own. */
export function begin(
  world: World,
  size: number,
  how: Script | PassageFor,
  options: Partial<UploaderOptions> = {},
): Sending {
  const way = world.open(how, pace)
  const file = new File([bytesOf(way.name, size)], `${way.name}.bin`)
  const uploader = createUploader({
    ...{ endpoint: world.endpoint, headers: way.headers, chunkSize, store: memoryStore(), transport: fetchTransport },
    ...{ clock: fastClock(pace, Math.random), retry: { baseMs: 500, capMs: 2_000 } },
    ...options,
  })
  const states: UploadState[] = []
  const notices: UploadNotice['type'][] = []
  uploader.on(({ type }) => notices.push(type))
  const upload = uploader.add(file)
  upload.subscribe((state) => states.push(state))
  return { uploader, upload, file, way, states, notices, story: () => way.log().map(inWords) }
}

/**
 * Waits until it has arrived, and checks what holds of every upload: the bytes on the server's disk are the file's, there is
 * one session, and nothing went out blindly or twice.
 *
 * @param given sessions that were given up
 */
export async function untilWhole({ upload, file, way }: Sending, world: World, given = 0): Promise<void> {
  const { verified } = await upload.finished
  expect(verified || upload.getState().status === 'completed').toBe(true)
  const mine = (await world.server.uploads()).filter(({ filename }) => filename === file.name)
  expect(mine.length, 'I06: sessions').toBe(1 + given)
  const last = mine.at(-1)
  expect(last, 'I01: what the server has').toMatchObject({ complete: true, offset: file.size })
  expect(await md5Of(last?.path ?? ''), 'I02: its bytes').toBe(md5(new Uint8Array(await file.arrayBuffer())))
  const appends = way.log().filter(({ path }) => !path.endsWith('/uploads/'))
  expect(bytesSentAgain(appends), 'I04: confirmed bytes that were sent again').toBe(0)
  expect(sentBlindly(appends).map(inWords), 'F02: chunks after an unanswered one').toEqual([])
}

const inWords = ({ method, range, status }: LoggedRequest): string =>
  [method, range && `${range.start}-${range.end}`, status ?? 'unanswered']
    .filter((word) => word !== undefined)
    .join(' ')

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

// As random as bytes need to be, and other ones for each name.
function bytesOf(name: string, size: number): Uint8Array<ArrayBuffer> {
  const block = createHash('sha512').update(name).digest()
  return Uint8Array.from({ length: size }, (_, at) => (block[at % 64] ?? 0) ^ (at >> 8))
}
