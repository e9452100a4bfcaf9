import { expect, test } from 'vitest'
import { later, videoRecord, videoStates, type VideoState } from './record.ts'
import { newVideo } from './store-contract.ts'

test('whoever tells late or twice moves nothing back, and an end stays but for the deletion', () => {
  const order = (state: VideoState): number => Math.min(4, videoStates.indexOf(state)) + (state === 'deleted' ? 1 : 0)
  for (const known of videoStates)
    for (const told of videoStates) expect(later(known, told)).toBe(order(told) > order(known) ? told : known)
})

test('a record is read back as it was written, and nothing else is', () => {
  const record = newVideo({ asset: { id: 'x' } })
  expect(videoRecord.parse(JSON.parse(JSON.stringify(record)))).toEqual(record)
  for (const wrong of [{ id: '../x' }, { revision: 0 }, { state: 'gone' }, { size: -1 }, { place: 1 }])
    expect(videoRecord.safeParse({ ...record, ...wrong }).success).toBe(false)
})
