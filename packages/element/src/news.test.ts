import type { UploadState } from '@chunkwise/client'
import { expect, test } from 'vitest'
import { newsOf } from './news.ts'

const at = (status: string, offset = 0) => ({ status, offset, size: 100 }) as UploadState
const sending = { standing: 'uploading', quarter: 1 }

test('another standing is worth saying, but not what passes by in a moment', () => {
  expect(newsOf(at('paused', 30), 'paused', sending).news).toBe('standing')
  for (const status of ['queued', 'preparing', 'creating', 'recovering'])
    expect(newsOf(at(status, 30), status, sending)).toEqual({ news: undefined, told: sending })
})

test('each quarter is said once', () => {
  expect(newsOf(at('uploading', 49), 'uploading', sending).news).toBeUndefined()
  const { news, told } = newsOf(at('uploading', 50), 'uploading', sending)
  expect([news, told.quarter]).toEqual(['quarter', 2])
  expect(newsOf(at('uploading', 60), 'uploading', told).news).toBeUndefined()
})
