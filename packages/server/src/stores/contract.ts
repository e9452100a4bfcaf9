import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { UploadStore } from '../store.ts'
import { bytesIn, md5, newRecord, source } from './fixtures/records.ts'
import { append, create, next } from './fixtures/sessions.ts'
import { playSteps, steps } from './fixtures/steps.ts'

/** A store under test, with the means to come back to what it kept. */
export interface StoreUnderTest {
  readonly store: UploadStore
  /** The same place opened again, as after a restart. */
  readonly reopen?: () => Promise<UploadStore>
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What every store must do. Called once in the test file of a store. */
export function serverStoreContract(make: () => Promise<StoreUnderTest>): void {
  test('a path for a finished file is given once, and to the same session again', async () => {
    const { store } = await make()
    const first = await create(store, bytes('one'))
    const second = await create(store, bytes('two'))
    const wanted = 'day/report.pdf'
    expect(await store.isTaken(wanted)).toBe(false)
    const claims = await Promise.all([store.claim(first, wanted), store.claim(second, wanted)])
    expect(claims.filter(Boolean)).toHaveLength(1)
    const [holder, other] = claims[0] ? [first, second] : [second, first]
    expect([await store.claim(holder, wanted), await store.claim(other, wanted)]).toEqual([true, false])
    const named = next(holder, { complete: wanted, status: 'verifying' })
    await store.commit(named)
    await store.publish(named)
    const done = next(named, { status: 'complete' })
    await store.commit(done)
    expect(await bytesIn(store, done)).toEqual(bytes(holder === first ? 'one' : 'two'))
    expect([await store.isTaken(wanted), await store.claim(other, wanted)]).toEqual([true, false])
    await store.remove(done)
    expect([await store.isTaken(wanted), await store.claim(other, wanted)]).toEqual([false, true])
  })

  test('what was committed is read back', async () => {
    const { store } = await make()
    const record = await create(store, bytes('hello'), {
      owner: 'alice',
      key: 'k',
      metadata: { __proto__x: 'a' },
      size: 9,
    })
    expect(await store.read(record.id)).toEqual(record)
    expect(await bytesIn(store, record)).toEqual(bytes('hello'))
    expect(await store.read(crypto.randomUUID())).toBeUndefined()
  })

  test('a session is found by the key its owner gave, and by nobody else', async () => {
    const { store } = await make()
    const record = await create(store, bytes('a'), { owner: 'alice', key: 'k' })
    const anonymous = await create(store, bytes('b'), { key: 'k' })
    expect(await store.readKey('alice', 'k')).toEqual(record)
    expect(await store.readKey(undefined, 'k')).toEqual(anonymous)
    expect(await store.readKey('bob', 'k')).toBeUndefined()
    expect(await store.readKey('alice', 'l')).toBeUndefined()
  })

  test('a key that another session of the owner has is refused', async () => {
    const { store } = await make()
    await create(store, bytes('a'), { owner: 'alice', key: 'k' })
    await expect(create(store, bytes('b'), { owner: 'alice', key: 'k' })).rejects.toMatchObject({ code: 'locked' })
  })

  test('chunks come to stand behind each other, whatever their pieces', async () => {
    const { store } = await make()
    const record = await create(store, bytes('0123'))
    const writer = await store.writer(record)
    await writer.write(4, source(bytes('45'), bytes(''), bytes('6'), bytes('789')))
    expect(writer.end).toBe(10)
    const grown = next(record, { offset: 10 })
    await writer.commit(grown)
    await writer.close()
    expect(await bytesIn(store, grown)).toEqual(bytes('0123456789'))
  })

  test('S12 what was written and not committed is gone', async () => {
    const { store } = await make()
    const record = await create(store, bytes('0123'))
    const writer = await store.writer(record)
    await writer.write(4, source(bytes('lost bytes')))
    await writer.close()
    expect(await bytesIn(store, record)).toEqual(bytes('0123'))
    const grown = await append(store, record, bytes('4'))
    expect(await bytesIn(store, grown)).toEqual(bytes('01234'))
    expect(await store.checksum(grown, 'md5')).toBe(md5(bytes('01234')))
  })

  test('a creation that was not committed leaves nothing to find', async () => {
    const { store } = await make()
    const record = newRecord()
    const writer = await store.writer(record)
    await writer.write(0, source(bytes('abc')))
    await writer.close()
    await store.remove(record)
    expect(await store.read(record.id)).toBeUndefined()
    expect(await store.file(record)).toBeUndefined()
  })

  test('writing again at the same place counts instead of what stood there', async () => {
    const { store } = await make()
    const record = await create(store, bytes('01'))
    const writer = await store.writer(record)
    await writer.write(2, source(bytes('a long first part')))
    await writer.write(2, source(bytes('23')))
    expect(writer.end).toBe(4)
    const grown = next(record, { offset: 4 })
    await writer.commit(grown)
    await writer.close()
    expect(await bytesIn(store, grown)).toEqual(bytes('0123'))
  })

  test('F01 of a source that breaks, what arrived can be committed', async () => {
    const { store } = await make()
    const record = await create(store, bytes('01'))
    const writer = await store.writer(record)
    const cut = new UploadProblem('incomplete-body', 'cut off')
    await expect(writer.write(2, source(bytes('23'), bytes('4'), cut))).rejects.toBe(cut)
    expect(writer.end).toBe(5)
    const grown = next(record, { offset: writer.end })
    await writer.commit(grown)
    await writer.close()
    expect(await bytesIn(store, grown)).toEqual(bytes('01234'))
  })

  test('only the next revision is taken', async () => {
    const { store } = await make()
    const record = await create(store, bytes('01'))
    await store.commit(next(record, { status: 'failed' }))
    await expect(store.commit(next(record, { status: 'expired' }))).rejects.toMatchObject({ code: 'locked' })
    await expect(store.commit({ ...record, revision: 9 })).rejects.toMatchObject({ code: 'locked' })
    expect(await store.read(record.id)).toMatchObject({ revision: 2, status: 'failed' })
  })

  test('the checksum is that of the committed bytes, as often as it is asked for', async () => {
    const { store } = await make()
    const record = await create(store, bytes('0123'))
    expect(await store.checksum(record, 'md5')).toBe(md5(bytes('0123')))
    const grown = await append(store, record, bytes('456'))
    expect(await store.checksum(grown, 'md5')).toBe(md5(bytes('0123456')))
    expect(await store.checksum(grown, 'md5')).toBe(md5(bytes('0123456')))
    expect(await store.checksum(grown, 'sha256')).toBe(createHash('sha256').update('0123456').digest('hex'))
  })

  test('a checksum that nobody waits for any more is given up', async () => {
    const { store } = await make()
    const record = await create(store, bytes('0123'))
    await expect(store.checksum(record, 'md5', AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
  })

  test('a published file has its final place and its bytes, and publishing is repeatable', async () => {
    const { store } = await make()
    const record = next(await create(store, bytes('0123456789')), { status: 'verifying' })
    await store.commit(record)
    await store.publish(record)
    await store.publish(record)
    const complete = next(record, { status: 'complete' })
    await store.commit(complete)
    expect(await bytesIn(store, complete)).toEqual(bytes('0123456789'))
    const file = await store.file(complete)
    expect(await new Response(file?.stream(2, 5)).text()).toBe('234')
  })

  test('the list holds every session once', async () => {
    const { store } = await make()
    const records = [await create(store, bytes('a')), await create(store, bytes('b'))]
    const found: SessionRecord[] = []
    for await (const record of store.list()) found.push(record)
    expect(found).toHaveLength(2)
    expect(found).toEqual(expect.arrayContaining(records))
  })

  test('a removed session is unknown, its key is free, and removing is repeatable', async () => {
    const { store } = await make()
    const record = await create(store, bytes('a'), { key: 'k' })
    await store.remove(record)
    await store.remove(record)
    expect(await store.read(record.id)).toBeUndefined()
    expect(await store.file(record)).toBeUndefined()
    await create(store, bytes('b'), { key: 'k' })
  })

  test('a record can outlive its bytes', async () => {
    const { store } = await make()
    const record = next(await create(store, bytes('a')), { status: 'expired' })
    await store.commit(record)
    await store.remove(record, { keepRecord: true })
    expect(await store.read(record.id)).toEqual(record)
    expect(await store.file(record)).toBeUndefined()
  })

  test('S12 S34 I14 whatever is done to a store, and wherever it crashes, it holds what was committed and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => playSteps(await make(), played)),
      { numRuns: 20 },
    )
  })
}

/** What a store must do besides that keeps uploads over a restart. */
export function durableStoreContract(make: () => Promise<Required<StoreUnderTest>>): void {
  test('what was committed outlives a restart, what was not does not', async () => {
    const { store, reopen } = await make()
    const record = await create(store, bytes('0123'), { owner: 'alice', key: 'k' })
    const writer = await store.writer(record)
    // Only after everything was looked at: a crash would not have closed it.
    onTestFinished(() => writer.close())
    await writer.write(4, source(bytes('not committed')))
    const again = await reopen()
    expect(await again.read(record.id)).toEqual(record)
    expect(await again.readKey('alice', 'k')).toEqual(record)
    expect(await bytesIn(again, record)).toEqual(bytes('0123'))
    expect(await again.checksum(record, 'md5')).toBe(md5(bytes('0123')))
    const grown = await append(again, record, bytes('45'))
    await again.close()
    expect(await bytesIn(await reopen(), grown)).toEqual(bytes('012345'))
  })
}
