import { createCipheriv, createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { memoryStore, type Protocol, type Upload, type UploadNotice } from '@chunkwise/client'
import type { LoggedRequest } from '../../support/request-log.ts'
import { chanceOf } from '../../../packages/client/test/model/chance.ts'
import { fastClock } from '../fast-clock.ts'
import { openPage, type Page } from './page.ts'
import { chunkSize, type Schedule } from './schedule.ts'
import type { World } from '../world.ts'
import type { Watch } from './watched.ts'

/** What came of a schedule. */
export interface Course {
  readonly schedule: Schedule
  /** Under which the server knows the file. */
  readonly name: string
  readonly md5: string
  readonly status: 'completed' | 'cancelled'
  /** Whether the server has compared the checksum; `undefined` if it was not asked to. */
  readonly verified: boolean | undefined
  readonly notices: readonly UploadNotice['type'][]
  /** What was seen on the way that must not be. */
  readonly violations: readonly string[]
  readonly watch: Watch
  readonly log: readonly LoggedRequest[]
}

/** So many times faster goes the client's time, and that of the script. */
const pace = 20
/** Failures of one upload that a person tries again after. */
const mostRetries = 5
/** Longer than any of them takes, in real milliseconds. */
const patienceMs = 100_000

/** Shorter pauses between attempts than a page's, or half of the time they would be all there is. */
const retry = { baseMs: 500, capMs: 2_000 }

/**
 * Plays one schedule with the real client against the real server, through the proxy.
 *
 * @throws Error if it does not end.
 */
export async function play(schedule: Schedule, protocol: Protocol, world: World): Promise<Course> {
  const { size, seed, happenings } = schedule
  const way = world.open(schedule.script, pace)
  const bytes = bytesOf(seed, size)
  const file = new File([bytes], `${way.name}.bin`, { lastModified: 1 })
  const notices: UploadNotice['type'][] = []
  const options = {
    ...{ endpoint: world.endpoint, protocol, chunkSize, retry, store: memoryStore() },
    ...{ headers: way.headers, clock: fastClock(pace, chanceOf(seed)) },
  }
  const violations: string[] = []
  const watch: Watch = { bytes: 0, failed: 0, blind: [] }

  async function open(how: 'restore' | 'add'): Promise<Page> {
    const page = await openPage(file, how, options, watch, ({ type }) => notices.push(type))
    let { offset } = page.upload.getState()
    let told = notices.length
    page.upload.subscribe((state) => {
      if (state.offset < offset && notices.length === told)
        violations.push('I09: confirmed bytes fell, and nobody was told')
      ;({ offset } = state)
      told = notices.length
    })
    return page
  }

  // Gives back the page as it is then. What else a model can do to its surroundings, here it would do to all.
  async function happen(what: Schedule['happenings'][number]['what'], page: Page): Promise<Page> {
    const { upload } = page
    if (what === 'restore' || what === 'add') {
      page.close()
      return open(what)
    }
    if (what === 'expire') await way.expire()
    if (what === 'cancel') void upload.cancel()
    if (what === 'pause' || what === 'resume' || what === 'start' || what === 'retry') upload[what]()
    return page
  }

  let page = await open('add')
  for (const happening of happenings) {
    // Between which two of its steps the page is, nobody can say here: a step takes a moment.
    await setTimeout('afterMs' in happening ? happening.afterMs / pace : happening.afterSteps)
    if (outcomeOf(page.upload)) break
    page = await happen(happening.what, page)
  }
  const status = await toTheEnd(page.upload, file)
  await way.release()
  const state = page.upload.getState()
  return {
    schedule,
    name: file.name,
    md5: createHash('md5').update(bytes).digest('hex'),
    status,
    verified: state.status === 'completed' ? state.verified : undefined,
    notices,
    violations,
    watch,
    log: way.log(),
  }
}

// The faults are over: what a person paused is resumed, what failed is tried again, and then it must arrive (I07).
async function toTheEnd(upload: Upload, file: File): Promise<Course['status']> {
  const until = Date.now() + patienceMs
  for (let retries = 0; ;) {
    const over = outcomeOf(upload)
    if (over) return over
    const state = upload.getState()
    if (Date.now() > until) throw new Error(`I07: it never ends: ${state.status} at ${state.offset} of ${state.size}`)
    if (state.status === 'idle') upload.start()
    else if (state.status === 'paused' && state.reason === 'file') upload.choose(file)
    else if (state.status === 'paused') upload.resume()
    else if (state.status === 'failed') {
      retries += 1
      if (retries > mostRetries) throw state.error
      upload.retry()
    } else await change(upload)
  }
}

function outcomeOf(upload: Upload): Course['status'] | undefined {
  const { status } = upload.getState()
  return status === 'completed' || status === 'cancelled' ? status : undefined
}

// The next change of its state, or a second without one.
async function change(upload: Upload): Promise<void> {
  const over = new AbortController()
  const unsubscribe = upload.subscribe(() => over.abort())
  await setTimeout(1_000, undefined, { signal: over.signal }).catch(() => {})
  unsubscribe()
}

/** Bytes that look like chance and are the same for the same seed. */
function bytesOf(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const key = createHash('md5').update(String(seed)).digest()
  return new Uint8Array(createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size)))
}
