import { writeMetadata } from '@chunkwise/protocol'
import { describe, expect, test } from 'vitest'
import { announcedSize, checkPending, rebuildMetadata, resolvePolicy, type GatewayPolicy } from './policy.ts'
import { newVideo } from './store-contract.ts'

test.each([
  [{ maxSize: 0 }, 'Option policy.maxSize: expected a number above 0, got 0'],
  [{ pending: -1 }, 'Option policy.pending: expected a number above 0, got -1'],
  [{ maxSeconds: NaN }, 'Option policy.maxSeconds: expected a number above 0, got null'],
  [
    { metadata: ['album', 'Watermark'] },
    'Option policy.metadata: "Watermark" is an order to the host; it is set here, not passed on',
  ],
])('the policy %j is refused by name', (policy, message) => {
  expect(() => resolvePolicy(policy)).toThrow(new TypeError(message))
})

describe('metadata', () => {
  const policy = resolvePolicy({ metadata: ['album'] })
  const rebuild = (metadata: Record<string, string>) => rebuildMetadata(writeMetadata(metadata), policy)

  test('are those that are allowed, and nothing that a host would read as an order', () => {
    const told = {
      filename: 'ж.mp4',
      filetype: 'video/mp4',
      album: 'Trip',
      name: '',
      expiry: 'x',
      MaxDurationSeconds: '9',
      other: 'x',
    }
    expect(rebuild(told)).toEqual({ filename: 'ж.mp4', filetype: 'video/mp4', album: 'Trip', name: '' })
    expect(rebuildMetadata(null, policy)).toEqual({})
  })

  test('are counted by characters', () => {
    expect(rebuild({ name: '🎬'.repeat(255) })).toEqual({ name: '🎬'.repeat(255) })
    expect(() => rebuild({ name: '🎬'.repeat(256) })).toThrow('Metadata name: expected at most 255 characters')
  })
})

test('a size is digits, above nothing and up to the limit', () => {
  const policy = resolvePolicy({ maxSize: 100 })
  const size = (text: string) => announcedSize(new Headers({ 'Upload-Length': text }), policy)
  expect(size('100')).toBe(100)
  expect(() => size('101')).toThrow('Size of file exceeds the limit (100 bytes)')
  for (const wrong of ['', '0', '1.5', '1e2', '0x10', '99999999999999999999'])
    expect(() => size(wrong)).toThrow('Upload-Length')
})

test('what is under way counts, what is over does not', () => {
  const under = newVideo({ size: 60, seconds: 30 })
  const all = [under, newVideo({ ...under, state: 'uploading' }), newVideo({ ...under, state: 'ready' })]
  const check =
    (policy: GatewayPolicy, size = 1) =>
    () =>
      checkPending(all, size, resolvePolicy(policy))
  expect(check({ pending: 3 })).not.toThrow()
  expect(check({ pending: 2 })).toThrow('at most 2 uploads at a time')
  expect(check({ pendingBytes: 130 }, 10)).not.toThrow()
  expect(check({ pendingBytes: 130 }, 11)).toThrow('at most 130 bytes at a time')
  expect(check({ pendingSeconds: 90, maxSeconds: 30 })).not.toThrow()
  expect(check({ pendingSeconds: 90, maxSeconds: 31 })).toThrow('at most 90 seconds of video at a time')
})
