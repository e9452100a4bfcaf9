import { expect, test } from 'vitest'
import { memoryRecords } from '../records/memory.ts'
import { newRecord } from './fixtures/records.ts'
import type { Bucket, ObjectFacts } from './s3-bucket.ts'
import { assemble } from './s3-objects.ts'

const record = newRecord({ offset: 10, size: 10 })
const part = { number: 1, size: 10, etag: '"e"', crc32: 'AAAAAQ==' }
const notes = { key: record.complete, upload: 'u', parts: [part], tails: [], digests: {}, crc32: 1 }

function bucketOf(...told: readonly (ObjectFacts | undefined)[]): Bucket {
  const left = [...told]
  const never = (): never => {
    throw new Error('not expected')
  }
  const unused = { put: never, get: never, remove: never, list: never, begin: never, part: never, abort: never }
  return {
    ...unused,
    uploads: never,
    copy: never,
    address: never,
    finish: async () => {},
    head: async () => left.shift(),
  }
}

const right = { size: 10, crc32: 'AAAAAQ==', upload: record.id }
const assembled = (...told: readonly (ObjectFacts | undefined)[]): Promise<void> =>
  assemble({ bucket: bucketOf(...told), records: memoryRecords(), prefix: '', partSize: 1 }, record, notes)

test('what S3 says it holds is compared with what came in', async () => {
  await assembled(undefined, right)
  await assembled(undefined, { ...right, crc32: undefined })
  for (const wrong of [
    undefined,
    { ...right, size: 9 },
    { ...right, crc32: 'AAAAAA==' },
    { ...right, upload: 'other' },
  ])
    await expect(assembled(undefined, wrong)).rejects.toThrow('does not hold')
})

test('an object that is there already is not made again', async () => {
  await assembled(right)
})
