import { offsetsTold } from '../../support/request-log.ts'
import { md5Of } from '../../support/files.ts'
import type { StoredUpload } from '../../support/server.ts'
import type { Course } from './course.ts'
import { chunkSize } from './schedule.ts'

/** What did not hold, in words; empty if all did. */
export async function faultsOf(course: Course, uploads: readonly StoredUpload[]): Promise<string[]> {
  const { name, md5, status, verified, schedule, log, notices } = course
  const mine = uploads.filter(({ filename }) => filename === name)
  const whole = mine.filter(({ complete }) => complete)
  const restarts = notices.filter((type) => type === 'restarted').length
  const found: string[] = [...course.violations, ...course.watch.blind]
  const check = (holds: boolean, what: string): void => {
    if (!holds) found.push(what)
  }
  const damaged = log.some(({ fault }) => fault === 'corrupt')
  if (status === 'completed') {
    // Where a dialect has no finish, one that was given up for its bytes was complete as well.
    const right = await Promise.all(whole.map(async ({ path }) => (await md5Of(path)) === md5))
    check(whole.length >= 1 && whole.length <= 1 + restarts, `I01: success, and ${whole.length} complete uploads`)
    check(right.includes(true) || (damaged && verified === false), 'I02: what the server has is not the file')
    check(
      whole.every(({ offset }) => offset === schedule.size),
      'I02: success, and not all of its bytes',
    )
    check(damaged || restarts > 0 || right.every(Boolean), 'I02: a second upload that is not the file')
  }
  check(mine.length <= 1 + restarts, `I06: ${mine.length} sessions, ${restarts} given up`)
  for (const [id, offsets] of offsetsTold(log)) {
    const fell = offsets.find((offset, index) => offset < (offsets[index - 1] ?? 0))
    check(fell === undefined, `I03: ${id} has confirmed ${offsets.join(', ')}`)
  }
  return found
}

/** What did not hold, where nothing was destroyed that the server had confirmed. */
export function wasteOf({ schedule, watch, notices }: Course): string[] {
  const given = notices.filter((type) => type === 'restarted').length
  // Whoever closes a page, or pauses, does not hear the answer to what was under way.
  const most = schedule.size + chunkSize * (watch.failed + schedule.happenings.length)
  return [
    ...(given > 0 ? [`F11: ${given} sessions given up, and none was lost`] : []),
    ...(watch.bytes > most ? [`I04: ${watch.bytes} bytes sent, where ${most} would do`] : []),
  ]
}
