import type { HostedVideo } from '@chunkwise/client'
import { expect, test } from 'vitest'

import { describeVideo, factsOfVideo, processingOf } from './video-words.ts'

const video = (state: string, more: Partial<HostedVideo> = {}): HostedVideo => ({
  ...{ id: 'some-id', state, percent: 0, playable: false },
  ...more,
})

test.each(['created', 'uploading', 'uploaded', 'processing', 'ready', 'failed', 'expired'])(
  'a video that is %s is told of in words',
  (state) => {
    const { status, detail } = describeVideo(video(state))
    expect(status.toLowerCase()).toBe(state)
    expect(detail).not.toBe('')
  },
)

test('a state that nobody foresaw is shown as it is', () => {
  expect(describeVideo(video('rendering'))).toMatchObject({ status: 'rendering', tone: 'quiet' })
})

test('before it is ready it may be watched already, and that is said', () => {
  expect(describeVideo(video('processing', { playable: true })).detail).toBe('Can be watched already')
})

test('why it failed says what to do, also for a reason that nobody foresaw', () => {
  for (const error of ['ERR_NON_VIDEO', 'ERR_UNHEARD_OF'])
    expect(describeVideo(video('failed', { error })).detail).toMatch(/: upload/)
})

test('the host is at work from the last byte on, and done only when the video is ready', () => {
  expect(processingOf(video('uploading'))).toBeUndefined()
  expect(processingOf(video('failed', { percent: 40 }))).toBeUndefined()
  expect(processingOf(video('processing', { percent: 100 }))?.percent).toBe(99)
  expect(processingOf(video('ready', { percent: 100 }))).toMatchObject({ percent: 100, text: '100 % processed' })
})

test('of what is not known yet nothing is shown', () => {
  expect(factsOfVideo(video('created'))).toEqual([
    ['State', 'created, 0 %, not playable'],
    ['Id', 'some-id'],
  ])
  const asset = { id: 'theirs', hls: 'https://host.example/video.m3u8', duration: 60 }
  expect(factsOfVideo(video('uploaded', { asset })).map(([label]) => label)).not.toContain('HLS')
  expect(factsOfVideo(video('ready', { percent: 100, playable: true, asset })).slice(2)).toEqual([
    ['Id at the host', 'theirs'],
    ['HLS', 'https://host.example/video.m3u8'],
    ['Duration', '1 min'],
  ])
})
