import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Part } from './messages.ts'

/** A script tag: what the page put there, and what we put there. */
interface Tag {
  src: string
  nonce: string
  crossOrigin?: string | null
  onload?: () => void
  onerror?: () => void
}

const workers: { readonly url: string; readonly options: WorkerOptions }[] = []
const tags: Tag[] = []
const blobs: Blob[] = []

beforeEach(() => {
  vi.stubGlobal('location', { origin: 'https://app.test' })
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => `blob:${blobs.push(blob as Blob)}`)
  vi.stubGlobal(
    'Worker',
    vi.fn<(url: string | URL, options: WorkerOptions) => void>(function open(url, options) {
      workers.push({ url: String(url), options })
    }),
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  for (const list of [workers, tags, blobs]) list.length = 0
})

/** Runs the file as part of a script of a page. */
async function runAs(script: Tag | undefined): Promise<typeof import('./parts.global.ts')> {
  vi.stubGlobal('document', {
    baseURI: 'https://app.test/page/',
    currentScript: script,
    createElement: (): object => ({ remove() {} }),
    head: { append: (tag: Tag) => tags.push(tag) },
  })
  vi.resetModules()
  return import('./parts.global.ts')
}

const ours: Tag = { src: 'https://app.test/js/chunkwise.global.js', nonce: 'n0nce' }
const openHere = () => Promise.reject(new Error('Not asked for'))

test('both files lie beside the script, and are opened as classic workers', async () => {
  const { openWorker } = await runAs(ours)
  openWorker('hash', undefined)
  openWorker('hash-more', undefined)
  expect(workers).toEqual([
    { url: 'https://app.test/js/chunkwise.hash.js', options: { name: 'chunkwise-hash' } },
    { url: 'https://app.test/js/chunkwise.hash-more.js', options: { name: 'chunkwise-hash-more' } },
  ])
})

test('or beside the one that the app serves itself, or beside the page where the script has no address', async () => {
  const { openWorker } = await runAs(ours)
  openWorker('hash', '/static/own.js')
  openWorker('hash-more', '/static/own.js')
  const { openWorker: inlined } = await runAs({ src: '', nonce: '' })
  inlined('hash', undefined)
  inlined('hash-more', undefined)
  expect(workers.map(({ url }) => url)).toEqual([
    'https://app.test/static/own.js',
    'https://app.test/static/chunkwise.hash-more.js',
    'https://app.test/page/chunkwise.hash.js',
    'https://app.test/page/chunkwise.hash-more.js',
  ])
})

test('from another origin each is imported by a worker of the page', async () => {
  const { openWorker } = await runAs({ ...ours, src: 'https://cdn.test/"1"/chunkwise.global.js' })
  openWorker('hash', undefined)
  openWorker('hash-more', undefined)
  expect(workers.map(({ url }) => url)).toEqual(['blob:1', 'blob:2'])
  expect(await Promise.all(blobs.map((blob) => blob.text()))).toEqual([
    'importScripts("https://cdn.test/%221%22/chunkwise.hash.js")',
    'importScripts("https://cdn.test/%221%22/chunkwise.hash-more.js")',
  ])
})

const globals = { hash: 'ChunkwiseHash', 'hash-more': 'ChunkwiseHashMore' } satisfies Record<Part, string>
for (const part of ['hash', 'hash-more'] as const) {
  test(`${part} is loaded onto the page by a tag of its own, with the nonce of the script, and once`, async () => {
    const { loadHere } = await runAs(ours)
    const loading = loadHere(part, undefined)
    expect(tags).toMatchObject([{ src: `https://app.test/js/chunkwise.${part}.js`, nonce: 'n0nce' }])
    vi.stubGlobal(globals[part], { openHere })
    tags[0]?.onload?.()
    await expect(loading).resolves.toEqual({ openHere })
    await expect(loadHere(part, undefined)).resolves.toEqual({ openHere })
    expect(tags).toHaveLength(1)
  })

  test(`${part} is named when it is missing, or another file in its place, and asked for again`, async () => {
    const { loadHere, nameOf } = await runAs(ours)
    const address = `https://app.test/js/chunkwise.${part}.js`
    expect(nameOf(part, undefined)).toBe(address)
    const missing = loadHere(part, undefined)
    tags[0]?.onerror?.()
    await expect(missing).rejects.toThrow(`no answer came from ${address}, or it is not served there`)
    const other = loadHere(part, undefined)
    tags[1]?.onload?.()
    await expect(other).rejects.toThrow(`${address} is not the file of this version`)
    expect(tags).toHaveLength(2)
  })
}

test.each([[undefined], ['anonymous'], ['use-credentials']])(
  'and is asked for as the script was (crossorigin: %s)',
  async (crossOrigin) => {
    const { loadHere } = await runAs(crossOrigin === undefined ? ours : { ...ours, crossOrigin })
    void loadHere('hash', undefined)
    expect(tags[0]?.crossOrigin).toBe(crossOrigin ?? null)
  },
)
