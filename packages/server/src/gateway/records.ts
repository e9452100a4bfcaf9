import { UploadProblem } from '../problem.ts'
import type { Change } from './changes.ts'
import type { VideoRecord, VideoState } from './record.ts'
import type { VideoStore } from './store.ts'

/** Changes of records that others change too, in this process and in those that share the store. */
export interface VideoRecords {
  /** Changes a record as it then is. Throws `not-found`. */
  change(id: string, next: (record: VideoRecord) => Change): Promise<VideoRecord>
  /**
   * Does what must be done once at the host, by one of all who want to. `undefined`: somebody else is at it.
   *
   * @param work is told whether somebody has tried before and nobody knows what came of it: it looks before it does anything
   */
  once(
    id: string,
    work: (record: VideoRecord, again: boolean) => Promise<(record: VideoRecord) => Change>,
  ): Promise<VideoRecord | undefined>
}

/** Longer than all calls to a host that one piece of work makes, in milliseconds. After it, who claimed the work is taken for dead. */
const claimMs = 2 * 60_000

export function createRecords(
  store: VideoStore,
  now: () => number,
  tell: (before: VideoState, record: VideoRecord) => Promise<void>,
): VideoRecords {
  async function read(id: string): Promise<VideoRecord> {
    const record = await store.read(id)
    if (record) return record
    throw new UploadProblem('not-found', 'Not found.')
  }

  /** `undefined`: somebody else was first. */
  async function revise(before: VideoRecord, change: Change): Promise<VideoRecord | undefined> {
    const record = { ...before, ...change, revision: before.revision + 1 }
    if (!(await store.write(record))) return undefined
    await tell(before.state, record)
    return record
  }

  const change: VideoRecords['change'] = async (id, next) => {
    const before = await read(id)
    return (await revise(before, next(before))) ?? change(id, next)
  }

  const once: VideoRecords['once'] = async (id, work) => {
    const before = await read(id)
    const { claimedUntil } = before
    if ((claimedUntil ?? 0) > now()) return undefined
    const claimed = await revise(before, { claimedUntil: now() + claimMs })
    if (!claimed) return once(id, work)
    try {
      const next = await work(claimed, claimedUntil !== undefined)
      return await change(id, (record) => ({ ...next(record), claimedUntil: undefined }))
    } catch (error) {
      // Perhaps it was done all the same, and only the answer is lost: the claim is free, and its trace stays.
      await change(id, () => ({ claimedUntil: now() }))
      throw error
    }
  }

  return { change, once }
}
