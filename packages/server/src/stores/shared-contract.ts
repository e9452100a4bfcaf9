import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { UploadProblem } from '../problem.ts'
import type { SessionRecords } from '../records/records.ts'
import type { UploadStore } from '../store.ts'
import type { StoreUnderTest } from './contract.ts'
import { append, create, finish, next, pieces } from './fixtures/sessions.ts'
import { bytesIn, md5, newRecord } from './fixtures/records.ts'

/** A store of several nodes under test. */
export interface SharedStoreUnderTest extends StoreUnderTest {
  /** The same place, as another node has it. */
  readonly reopen: () => Promise<UploadStore>
  /** All that is kept of bytes, by name. */
  readonly files: () => Promise<string[]>
}

const asTheyAre = (records: SessionRecords): SessionRecords => records

/**
 * What a store must do besides that several nodes work with at once.
 *
 * @param make takes what is put around its records
 * @param unit bytes of a small chunk; where a store makes parts, five of them are one, and four are kept aside
 */
export function sharedStoreContract(
  make: (around: (records: SessionRecords) => SessionRecords) => Promise<SharedStoreUnderTest>,
  unit = 1,
): void {
  const some = (units: number): Uint8Array => randomBytes(units * unit)

  test.each([5, 6])(
    'of two writers at once behind %i units one commits, and the other one has spoilt nothing',
    async (units) => {
      const { store, reopen, files } = await make(asTheyAre)
      const [first, right, wrong] = [some(units), some(11), some(11)]
      const size = first.length + right.length
      const record = await create(store, first, { size })
      // Both know the session as it stands; one sleeps, and goes on when the other one has long been answered.
      const [sleeper, awake] = [await (await reopen()).writer(record), await store.writer(record)]
      const grown = next(record, { offset: size })
      await awake.write(record.offset, pieces(right))
      await awake.commit(grown)
      await awake.close()
      const late = async (): Promise<void> => {
        await sleeper.write(record.offset, pieces(wrong))
        await sleeper.commit(grown)
      }
      await expect(late()).rejects.toMatchObject({ code: 'locked' })
      await sleeper.close()
      const complete = await finish(store, grown)
      expect(md5(await bytesIn(store, complete))).toBe(md5(Buffer.concat([first, right])))
      expect(await files()).toEqual([expect.stringContaining(complete.complete)])
    },
  )

  test('of two writers who have both written before one commits, too', async () => {
    const { store, reopen, files } = await make(asTheyAre)
    const [first, right, wrong] = [some(5), some(11), some(12)]
    const record = await create(store, first)
    const [sleeper, awake] = [await (await reopen()).writer(record), await store.writer(record)]
    await awake.write(record.offset, pieces(right))
    await sleeper.write(record.offset, pieces(wrong))
    const grown = next(record, { offset: awake.end })
    await awake.commit(grown)
    await awake.close()
    await expect(sleeper.commit(next(record, { offset: sleeper.end }))).rejects.toMatchObject({ code: 'locked' })
    await sleeper.close()
    const complete = await finish(store, grown)
    expect(md5(await bytesIn(store, complete))).toBe(md5(Buffer.concat([first, right])))
    expect(await files()).toEqual([expect.stringContaining(complete.complete)])
  })

  test('a commit whose answer was lost counts, and its bytes stay', async () => {
    let loses = false
    const { store } = await make((records) => ({
      ...records,
      async commit(record, own) {
        await records.commit(record, own)
        if (loses) throw new UploadProblem('unavailable', 'no answer')
      },
    }))
    const [first, second, third] = [some(1), some(8), some(3)]
    const record = await create(store, first, { size: 12 * unit })
    loses = true
    await expect(append(store, record, second)).rejects.toMatchObject({ code: 'unavailable' })
    loses = false
    const stands = await store.read(record.id)
    expect(stands).toMatchObject({ offset: 9 * unit })
    const whole = await append(store, stands ?? record, third)
    const complete = await finish(store, whole)
    expect(md5(await bytesIn(store, complete))).toBe(md5(Buffer.concat([first, second, third])))
  })

  test('what nobody commits leaves nothing, be it a creation, a chunk or the same chunk twice', async () => {
    const { store, files } = await make(asTheyAre)
    const fresh = newRecord()
    const creating = await store.writer(fresh)
    await creating.write(0, pieces(some(6)))
    await creating.close()
    await store.remove(fresh)
    expect(await files()).toEqual([])
    const first = some(6)
    const record = await create(store, first)
    const before = await files()
    const writer = await store.writer(record)
    await writer.write(record.offset, pieces(some(2)))
    await writer.write(record.offset, pieces(some(1)))
    await writer.close()
    expect(await files()).toEqual(before)
    const whole = await append(store, record, first)
    expect(md5(await bytesIn(store, await finish(store, whole)))).toBe(md5(Buffer.concat([first, first])))
  })

  test('a chunk that breaks off keeps all that came', async () => {
    const { store, files } = await make(asTheyAre)
    const all = some(20)
    const cut = new UploadProblem('incomplete-body', 'cut off')
    const record = await create(store, all.subarray(0, 13 * unit + 5), { size: all.length }, cut)
    expect(record.offset).toBe(13 * unit + 5)
    const whole = await append(store, record, all.subarray(record.offset))
    const complete = await finish(store, whole)
    expect(md5(await bytesIn(store, complete))).toBe(md5(all))
    expect(await files()).toEqual([expect.stringContaining(complete.complete)])
  })

  test('an upload that is given up leaves nothing', async () => {
    const { store, files } = await make(asTheyAre)
    const record = await create(store, some(11))
    expect(await files()).not.toEqual([])
    await store.remove(record)
    expect(await files()).toEqual([])
  })
}
