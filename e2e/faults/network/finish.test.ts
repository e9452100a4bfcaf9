import { describe, expect, test } from 'vitest'
import { begin, chunkSize, size, untilWhole, useWorld } from '../rig.ts'

// The end of an upload.

const world = useWorld()

describe('F31 a bit that is turned over on the way', () => {
  const corrupt = { fault: 'corrupt', byte: 5_000, on: 'append' } as const

  test('is found at the finish, and the upload begun anew, once', async () => {
    const sending = begin(world(), size, [corrupt])
    await untilWhole(sending, world(), 1)
    expect(sending.notices).toEqual(['restarted'])
  })

  test('again: it fails, and nothing is published', async () => {
    const sending = begin(world(), size, [{ ...corrupt, times: 2 * Math.ceil(size / chunkSize) }])
    await expect(sending.upload.finished).rejects.toMatchObject({ code: 'checksum' })
    const stored = (await world().server.uploads()).filter(({ filename }) => filename === sending.file.name)
    expect(stored.filter(({ complete }) => complete)).toEqual([])
  })
})

test('F32 a finish whose answer is lost is found done', async () => {
  const sending = begin(world(), size, [{ fault: 'lost', on: 'complete' }])
  await untilWhole(sending, world())
  expect(sending.story().slice(-2)).toEqual(['POST unanswered', 'GET 200'])
})
