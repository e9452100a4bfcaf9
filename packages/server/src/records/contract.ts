import { expect, test } from 'vitest'
import type { SessionRecord } from '../record.ts'
import { newRecord } from '../stores/fixtures/records.ts'
import type { SessionRecords } from './records.ts'

const next = (record: SessionRecord, change: Partial<SessionRecord> = {}): SessionRecord => ({
  ...record,
  revision: record.revision + 1,
  ...change,
})

/** What all records of sessions hold, wherever they are kept. */
export function recordsContract(make: () => Promise<SessionRecords>): void {
  test('a record is there as it was committed, with what its store noted, and gone when it was removed', async () => {
    const records = await make()
    const record = newRecord({ owner: 'ada', key: 'k', metadata: { title: 'ж' }, size: 10 })
    expect(await records.read(record.id)).toBeUndefined()
    await records.commit(record, '{"parts":[]}')
    expect(await records.read(record.id)).toEqual({ record, own: '{"parts":[]}' })
    const grown = next(record, { offset: 5 })
    await records.commit(grown)
    expect(await records.readKey('ada', 'k')).toEqual({ record: grown, own: '{"parts":[]}' })
    await records.remove(grown)
    await records.remove(grown)
    expect(await records.read(record.id)).toBeUndefined()
    expect(await records.readKey('ada', 'k')).toBeUndefined()
  })

  test('only the next revision is taken, and of changes at once one', async () => {
    const records = await make()
    const record = newRecord()
    await records.commit(record)
    const changes = [next(record, { offset: 1 }), next(record, { offset: 2 }), next(record, { offset: 3 })]
    const tried = await Promise.allSettled(changes.map((change) => records.commit(change)))
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const revision of [1, 2, 4])
      await expect(records.commit({ ...record, revision })).rejects.toMatchObject({ code: 'locked' })
    const winner = changes[tried.findIndex(({ status }) => status === 'fulfilled')]
    expect((await records.read(record.id))?.record).toEqual(winner)
  })

  test('a key is one session’s of its owner, and free again when that is gone', async () => {
    const records = await make()
    const [one, other] = [newRecord({ owner: 'ada', key: 'k' }), newRecord({ owner: 'ada', key: 'k' })]
    const tried = await Promise.allSettled([records.commit(one), records.commit(other)])
    expect(tried.map(({ status }) => status).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['fulfilled', 'rejected'])
    const [first, second] = tried[0].status === 'fulfilled' ? [one, other] : [other, one]
    expect(await records.read(second.id)).toBeUndefined()
    const nobodys = newRecord({ key: 'k' })
    await records.commit(nobodys)
    expect((await records.readKey(undefined, 'k'))?.record).toEqual(nobodys)
    // What lost is removed by whoever tried, and takes nothing of the other along.
    await records.remove(second)
    expect((await records.readKey('ada', 'k'))?.record).toEqual(first)
    await records.remove(first)
    await records.commit(second)
  })

  test('the list holds each once', async () => {
    const records = await make()
    const made = Array.from({ length: 250 }, (_, index) => newRecord({ offset: index }))
    for (const record of made) await records.commit(record)
    const listed: SessionRecord[] = []
    for await (const { record } of records.list()) listed.push(record)
    const byId = (one: SessionRecord, other: SessionRecord): number => (one.id < other.id ? -1 : 1)
    expect(listed.toSorted(byId)).toEqual(made.toSorted(byId))
  })

  test('a number is given once, whoever asks', async () => {
    const records = await make()
    const { id } = newRecord()
    const numbers = await Promise.all(Array.from({ length: 20 }, () => records.number(id)))
    expect(numbers.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    expect(await records.number(newRecord().id)).toBe(1)
  })

  test('a path is one session’s until it gives it free or is gone', async () => {
    const records = await make()
    const [one, other] = [newRecord({ complete: 'day/a.pdf' }), newRecord()]
    await records.commit(one)
    expect([await records.isTaken('day/a.pdf'), await records.claim(one.id, 'day/a.pdf')]).toEqual([false, true])
    const claims = [await records.claim(one.id, 'day/a.pdf'), await records.claim(other.id, 'day/a.pdf')]
    expect([...claims, await records.isTaken('day/a.pdf')]).toEqual([true, false, true])
    await records.release(other.id, 'day/a.pdf')
    expect(await records.isTaken('day/a.pdf')).toBe(true)
    await records.release(one.id, 'day/a.pdf')
    expect(await records.claim(other.id, 'day/a.pdf')).toBe(true)
    await records.release(other.id, 'day/a.pdf')
    await records.claim(one.id, 'day/a.pdf')
    await records.remove(one)
    expect(await records.isTaken('day/a.pdf')).toBe(false)
  })
}
