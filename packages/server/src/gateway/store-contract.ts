import { expect, test } from 'vitest'
import type { VideoRecord } from './record.ts'
import type { VideoStore } from './store.ts'

/** A record that nobody has changed yet. */
export const newVideo = (change: Partial<VideoRecord> = {}): VideoRecord => ({
  ...{
    id: crypto.randomUUID().replaceAll('-', ''),
    revision: 1,
    host: 'cloudflare-stream',
    owner: 'ada',
    state: 'created',
  },
  ...{
    size: 10,
    offset: 0,
    metadata: { filename: 'film ж.mp4' },
    uid: 'uid',
    place: 'https://host.example/x',
    own: {},
  },
  ...{ percent: 0, playable: false, createdAt: 1, touchedAt: 1, expiresAt: 2, askedAt: 1, asked: 0 },
  ...change,
})

/** What every store of videos holds. */
export function videoStoreContract(make: () => Promise<VideoStore>): void {
  test('a record is there as it was written, whole, and gone when it was removed', async () => {
    const store = await make()
    const asset = { id: 'uid', hls: 'https://host.example/x.m3u8', duration: 1.5 }
    const record = newVideo({ asset, seconds: 60, own: { clip: 'y' }, owner: undefined })
    expect(await store.read(record.id)).toBeUndefined()
    expect(await store.write(record)).toBe(true)
    expect(await store.read(record.id)).toEqual(record)
    await store.remove(record.id)
    await store.remove(record.id)
    expect(await store.read(record.id)).toBeUndefined()
    expect(await store.list({})).toEqual([])
  })

  test('of changes that were made at once, one counts', async () => {
    const store = await make()
    const record = newVideo()
    const first = await Promise.all([store.write(record), store.write({ ...record, state: 'failed' })])
    expect(first.filter(Boolean)).toHaveLength(1)
    const seconds = (['ready', 'expired', 'deleted'] as const).map((state) => ({ ...record, revision: 2, state }))
    const written = await Promise.all(seconds.map((each) => store.write(each)))
    expect(written.filter(Boolean)).toHaveLength(1)
    expect(await store.read(record.id)).toEqual(seconds[written.indexOf(true)])
    expect(await store.write({ ...record, revision: 2 })).toBe(false)
    expect(await store.write({ ...record, revision: 4 })).toBe(false)
  })

  test('records are listed by owner, by state and by what the host calls them, the newest first', async () => {
    const store = await make()
    const records = [
      newVideo({ createdAt: 1, state: 'ready' }),
      newVideo({ createdAt: 3, uid: 'other', own: { clip: 'cut' } }),
      newVideo({ createdAt: 2, owner: 'bob', state: 'ready' }),
      newVideo({ createdAt: 4, owner: undefined }),
    ]
    for (const record of records) await store.write(record)
    const [one, two, three, four] = records
    expect(await store.list({})).toEqual([four, two, three, one])
    expect(await store.list({ owner: 'ada' })).toEqual([two, one])
    expect(await store.list({ owner: null })).toEqual([four])
    expect(await store.list({ states: ['ready'] })).toEqual([three, one])
    expect(await store.list({ owner: 'ada', states: ['ready'] })).toEqual([one])
    expect(await store.list({ uid: 'other' })).toEqual([two])
    expect(await store.list({ uid: 'cut' })).toEqual([two])
    if (one) await store.write({ ...one, revision: 2, state: 'deleted', owner: 'ada' })
    expect(await store.list({ owner: 'ada', states: ['ready'] })).toEqual([])
  })
}
