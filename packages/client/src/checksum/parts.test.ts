import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openWorker } from './parts.ts'

const opened: { readonly url: string; readonly options: WorkerOptions }[] = []
beforeEach(() => {
  vi.stubGlobal(
    'Worker',
    vi.fn<(url: string | URL, options: WorkerOptions) => void>(function open(url, options) {
      opened.push({ url: String(url), options })
    }),
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
  opened.length = 0
})

test('the workers lie beside the module', () => {
  openWorker('hash', undefined)
  openWorker('hash-more', undefined)
  const type = 'module'
  expect(opened).toEqual([
    { url: new URL('hash.worker.ts', import.meta.url).href, options: { type, name: 'chunkwise-hash' } },
    { url: new URL('hash-more.worker.ts', import.meta.url).href, options: { type, name: 'chunkwise-hash-more' } },
  ])
})

test('an app that serves the worker itself has the second beside it', () => {
  vi.stubGlobal('document', { baseURI: 'https://app.test/page/' })
  for (const url of ['/static/hash.worker.js?v=1', 'own.js', new URL('https://app.test/a/b.js')]) {
    openWorker('hash', url)
    openWorker('hash-more', url)
  }
  expect(opened.map(({ url }) => url)).toEqual([
    '/static/hash.worker.js?v=1',
    'https://app.test/static/hash-more.worker.js',
    'own.js',
    'https://app.test/page/hash-more.worker.js',
    'https://app.test/a/b.js',
    'https://app.test/a/hash-more.worker.js',
  ])
})

test('so it is in an app that is a worker itself', () => {
  vi.stubGlobal('location', { href: 'https://app.test/workers/app.js' })
  openWorker('hash-more', 'hash.worker.js')
  expect(opened[0]?.url).toBe('https://app.test/workers/hash-more.worker.js')
})
