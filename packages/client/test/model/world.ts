import { createFakeClock, type FakeClock } from '@chunkwise/testing'
import type { UploadError } from '../../src/errors.ts'
import type { Status, UploadState } from '../../src/machine.ts'
import { chanceOf } from './chance.ts'
import type { FarEnd } from './far-end.ts'
import { createJudge, type Demands, type Violation } from './judge.ts'
import { createMemory, openPage, type Around, type Page } from './page.ts'
import { platform } from './platform.ts'
import type { Happening, Schedule } from './schedule.ts'
import { RealFile, SmallFile } from './small-file.ts'

/** What a schedule is played in. */
export interface Surroundings extends Demands {
  connect(schedule: Schedule, clock: FakeClock): FarEnd
  sumOf(bytes: Uint8Array): string
  /** What an upload may end in at this far end, though nothing was lost. */
  readonly ends?: readonly string[]
  /** Requests that a fault may cost. Default 3: the one it met, a question, and the chunk that it divided. */
  readonly effort?: number
  /** Requests of a session besides its chunks. Default 2: the creation and the finish. */
  readonly around?: number
  /** Whether the far end is a real server, which wants real files. */
  readonly real?: boolean
}

/** What came of a schedule. */
export interface Course {
  readonly status: Status
  readonly requests: number
  readonly hits: readonly string[]
  /** What did not hold first, of what is demanded. */
  readonly violation: Violation | undefined
}

const isOver = ({ upload }: Page): boolean => ['completed', 'cancelled'].includes(upload.getState().status)

/**
 * Plays one schedule to its end, with everything virtual but the client itself, and watches it.
 *
 * @param log is told of each request, change and happening.
 */
export async function play(
  schedule: Schedule,
  { connect, sumOf, real = false, ends = [], effort = 3, around: more = 2, ...demands }: Surroundings,
  log?: (line: string) => void,
): Promise<Course> {
  const { size, happenings } = schedule
  const chance = chanceOf(schedule.seed)
  const clock = createFakeClock(chance)
  const far = connect(schedule, clock)
  const bytes = Uint8Array.from({ length: size }, () => Math.floor(chance() * 256))
  const file = real ? new RealFile(bytes) : new SmallFile(bytes)
  const properties = demands.properties.filter((property) => property !== 'thrift' || !destroys(schedule))
  const judge = createJudge(size, clock.now, { ...demands, properties })
  const around: Around = { schedule, clock, far, judge, chance, sumOf, file, ...createMemory(), step, log }
  // What is to happen at a step that has yet to come.
  let due: { readonly act: () => void; steps: number } | undefined
  Object.assign(platform, { onLine: true, page: new EventTarget(), chance })

  let page = await openPage('add', around)
  const besides: Page[] = []
  for (const happening of happenings) {
    if (!(await comes(happening))) break
    await conclude(happening)
  }
  if (!judge.violation) await toTheEnd()
  if (!judge.violation && [page, ...besides].every(isOver)) await judgeTheEnd([page, ...besides], bytes, around)
  for (const { close } of [page, ...besides]) close()
  return {
    status: page.upload.getState().status,
    requests: around.counts.requests,
    hits: far.hits,
    violation: judge.violation,
  }

  function step(): void {
    if (!due || (due.steps -= 1) >= 0) return
    const { act } = due
    due = undefined
    act()
  }

  /** Whether it came about before everything was over. */
  async function comes(happening: Happening): Promise<boolean> {
    const act = (): void => begin(happening.what)
    if ('afterMs' in happening) await clock.advance(happening.afterMs)
    else {
      due = { act, steps: happening.afterSteps }
      // Where nothing comes of waiting (paused, while another page tries in vain), it happens all the same.
      for (let waits = 0; due && waits < 200 && !judge.violation && !isOver(page); waits++) {
        if (!(await clock.skip())) break
      }
      if (!due) return true
      due = undefined
    }
    if (judge.violation || isOver(page)) return false
    act()
    return true
  }

  /** The part of it that happens there and then. */
  function begin(what: Happening['what']): void {
    const { upload, witness, close } = page
    log?.(`-- ${what}`)
    around.counts.acts += 1
    for (const each of [page, ...besides]) each.witness.nudged()
    switch (what) {
      case 'pause':
      case 'resume':
      case 'start':
      case 'retry': {
        upload[what]()
        const once = upload.getState()
        upload[what]()
        judge.check('F87', upload.getState() === once, `a second ${what} changes the state`)
        break
      }
      case 'cancel':
        void upload.cancel()
        break
      case 'restore':
      case 'add':
        // Of what is over and forgotten there is nothing to come back to.
        if (!isOver(page) || around.records.size > 0) close()
        break
      case 'offline':
        platform.onLine = false
        break
      case 'online':
        platform.onLine = true
        platform.page.dispatchEvent(new Event('online'))
        break
      case 'beside':
      case 'expire':
      case 'roll':
        break
    }
    witness.nudged()
  }

  async function conclude(happening: Happening): Promise<void> {
    switch (happening.what) {
      case 'restore':
      case 'add':
        if (page.closed.aborted) page = await openPage(happening.what, around)
        break
      case 'beside':
        besides.push(await openPage('add', { ...around, step: () => {} }))
        break
      case 'expire':
        await far.expire()
        break
      case 'roll':
        judge.rolled()
        far.roll(happening.bytes)
        break
      default:
    }
  }

  // The faults are over: what a person paused is resumed, what wants something is given it, and then it must arrive (I07).
  async function toTheEnd(): Promise<void> {
    if (!platform.onLine) begin('online')
    const pages = [page, ...besides]
    let retries = 0
    for (let steps = 0; !judge.violation && !pages.every(isOver); steps++) {
      for (const { upload } of pages) {
        const state = upload.getState()
        if (state.status === 'idle') upload.start()
        if (state.status === 'paused' && state.reason === 'file') upload.choose(file)
        else if (state.status === 'paused') upload.resume()
        if (state.status !== 'failed') continue
        judgeFailure(state.error, state)
        if ((retries += 1) > 3 * pages.length)
          return judge.check('I07', false, `it fails again and again: ${state.error.message}`)
        upload.retry()
      }
      const waits = await clock.skip()
      if (steps < 2_000 && (waits || steps < 100)) continue
      const { status, offset } = page.upload.getState()
      return judge.check('I07', false, `it never ends: ${status} at ${offset} of ${size}`)
    }
    judgeEffort()
  }

  // For each session a creation, its chunks, a finish; for each fault what it costs; for each happening the request that it broke
  // off, and a question; and what was rolled back goes out again.
  function judgeEffort(): void {
    if (besides.length > 0) return
    const { requests, hindered } = around.counts
    const lost = happenings.reduce(
      (sum, each) => sum + ('bytes' in each ? Math.ceil(each.bytes / schedule.chunk) : 0),
      0,
    )
    const session = Math.ceil(size / schedule.chunk) + more
    const most = (1 + judge.restarts) * session + effort * (far.hits.length + hindered) + 2 * happenings.length + lost
    judge.check('I07', requests <= most, `${requests} requests, where ${most} would do`)
  }

  // A failure that the faults do not force is one of ours.
  function judgeFailure({ code, message }: UploadError, { attempt, since }: UploadState): void {
    const count = (fault: string): number => far.hits.filter((each) => each === fault).length
    const rolls = happenings.filter(({ what }) => what === 'roll').length
    const patient = attempt + 1 >= 10 && clock.now() - since >= 600_000
    const forced =
      (code === 'gone' && judge.restarts >= 4) ||
      (code === 'checksum' && count('corrupt') >= 2) ||
      (code === 'rewound' && rolls >= 4) ||
      (code === 'malformed' && count('status') + count('corrupt') >= 3) ||
      ends.includes(code) ||
      patient
    judge.check('I07', forced, `failed, and nothing forced it: ${code}, ${message}`)
  }
}

const destroyers: readonly string[] = ['corrupt', 'gone', 'roll', 'expire', 'beside', 'cancel']

/** Whether something is destroyed that was confirmed, or nobody can say any more who sent too much: thrift means nothing there. */
const destroys = ({ script, happenings }: Schedule): boolean =>
  script.some((entry) => destroyers.includes(typeof entry === 'object' ? entry.fault : String(entry))) ||
  happenings.some(({ what }) => destroyers.includes(what))

async function judgeTheEnd(pages: readonly Page[], bytes: Uint8Array, around: Around): Promise<void> {
  const { clock, far, judge, records, counts, keys, schedule } = around
  const states = pages.map(({ upload }) => upload.getState())
  const completed = states.filter(({ status }) => status === 'completed')
  // What was remembered is dropped after the end is told.
  await clock.advance(20_000)
  const { requests, writes } = { ...counts }
  await clock.advance(3_600_000)
  judge.check('I08', counts.requests === requests, 'a request after the end')
  judge.check('I08', counts.writes === writes, 'a write after the end')
  judge.check('I08', clock.sleepers() === 0, `${clock.sleepers()} timers after the end`)
  // What a page left that was closed before anything had begun says no more than that the file was chosen.
  const alone = counts.pages === 1
  const left = [...records.values()].filter(({ session }) => alone || session !== undefined)
  const dropped = completed.length > 0 || alone
  judge.check('I08', !dropped || left.length === 0, 'a record after the end')
  judge.check(
    'rule 8',
    pages.every(({ upload }, index) => upload.getState() === states[index]),
    'a change after the end',
  )
  const stored = await far.truth()
  // Nobody can tell which of two entries of one file had asked for a session before it could be remembered (F62).
  const most = pages.length + judge.restarts + counts.twins
  judge.check('I06', keys.size <= most, `${keys.size} creations, ${judge.restarts} sessions given up`)
  judge.check('I06', stored.length <= Math.max(keys.size, 1), `${stored.length} sessions of ${keys.size} creations`)
  // Who cancels drops what another page has completed, where a server allows that.
  if (completed.length > 0 && completed.length === states.length) {
    const whole = stored.filter(({ complete }) => complete)
    const right = whole.filter((upload) => same(upload.bytes, bytes))
    const spoiled = far.endsUnseen ? far.hits.filter((hit) => hit === 'corrupt').length : 0
    const told = `${completed.length} successes, ${whole.length} complete uploads, and ${right.length} of them are the file`
    judge.check('I01', whole.length > 0, told)
    judge.check('I02', right.length > 0 && whole.length - right.length <= spoiled, told)
    // Where several have it at a time, one that was closed may have completed what the others then begin anew.
    const unseen = pages.length > 1 ? counts.pages - pages.length : 0
    judge.check('I06', right.length <= completed.length + unseen, told)
    const all = completed.every(({ offset, sent }) => offset === bytes.length && sent === bytes.length)
    judge.check('F23', all, 'success, and not all of it')
  }
  const likely = bytes.length + schedule.chunk * counts.failed
  judge.check('I04', counts.sent <= likely, `${counts.sent} bytes sent, where ${likely} would do`)
  judge.check('rule 4', judge.restarts === 0, `${judge.restarts} sessions given up, and none was lost`)
}

const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index])
