import { createFaultServer } from '@chunkwise/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { UploadError } from './errors.ts'
import { drfChunkedUpload } from './protocols/drf-chunked-upload.ts'
import { sharedUploader } from './shared-uploader.ts'
import { tus } from './protocols/tus.ts'

beforeEach(() => void vi.stubGlobal('document', { baseURI: 'https://files.example/', cookie: '' }))
afterEach(() => vi.unstubAllGlobals())

const at = (path: string): string => `https://files.example/${path}/`

test('the same endpoint, owner and protocol are the same uploader, others are not', () => {
  const endpoint = at('same')
  const uploader = sharedUploader({ endpoint })
  expect(sharedUploader({ endpoint, chunkSize: 65_536 })).toBe(uploader)
  expect(sharedUploader({ endpoint: at('other') })).not.toBe(uploader)
  expect(sharedUploader({ endpoint, owner: 'ada' })).not.toBe(uploader)
  const byTus = sharedUploader({ endpoint, protocol: tus() })
  expect(byTus).not.toBe(uploader)
  expect(sharedUploader({ endpoint, protocol: tus() })).toBe(byTus)
})

test('a protocol that is the default is the same as none', () => {
  const endpoint = at('default')
  expect(sharedUploader({ endpoint, protocol: drfChunkedUpload() })).toBe(sharedUploader({ endpoint }))
})

test('a wrong option is named at the first call, and leaves nothing behind', () => {
  const endpoint = at('wrong')
  expect(() => sharedUploader({ endpoint, chunkSize: 1 })).toThrow('chunkSize')
  expect(sharedUploader({ endpoint, chunkSize: 65_536 }).getState().uploads).toEqual([])
})

test('functions among the options are those of the last call', async () => {
  const server = createFaultServer({ endpoint: at('latest') })
  const { endpoint } = server
  const sent: (string | undefined)[] = []
  const send = server.transport(UploadError)
  const transport: typeof send = (request, around) => {
    sent.push(request.headers['Authorization'])
    return send(request, around)
  }
  const options = { endpoint, transport, store: false } as const
  const first = vi.fn(() => ({ note: 'first' }))
  const uploader = sharedUploader({ ...options, headers: () => ({ Authorization: 'first' }), metadata: first })
  const last = vi.fn(() => ({ note: 'last' }))
  sharedUploader({ ...options, headers: () => ({ Authorization: 'last' }), metadata: last })
  await uploader.add(new File(['bytes'], 'a.txt')).finished
  expect(new Set(sent)).toEqual(new Set(['last']))
  expect(first).not.toHaveBeenCalled()
  expect(last).toHaveBeenCalled()
})

test('credentials are renewed by what was given last', async () => {
  const allowed = new Set(['new'])
  const authenticate = Object.assign(
    (request: Request) => (allowed.has(request.headers.get('Authorization') ?? '') ? 'ada' : undefined),
    { challenge: 'Bearer' },
  )
  const server = createFaultServer({ endpoint: at('renewed'), handler: { authenticate } })
  let token = 'old'
  const renew = vi.fn(async () => void (token = 'new'))
  const options = { endpoint: server.endpoint, transport: server.transport(UploadError), store: false } as const
  const headers = () => ({ Authorization: token })
  const uploader = sharedUploader({ ...options, headers, onUnauthorized: () => Promise.reject(new Error('No')) })
  sharedUploader({ ...options, headers, onUnauthorized: renew })
  await uploader.add(new File(['bytes'], 'a.txt')).finished
  expect(renew).toHaveBeenCalledOnce()
})

test('where there is no page, there is nothing to show, and nothing can be added', async () => {
  vi.unstubAllGlobals()
  const uploader = sharedUploader({ endpoint: '/api/uploads/' })
  expect(uploader.getState()).toMatchObject({ uploads: [], size: 0 })
  expect(uploader.getState()).toBe(uploader.getState())
  expect(await uploader.restore()).toEqual([])
  expect(() => uploader.add(new Blob())).toThrow(
    new TypeError('Cannot add: there is no page here; add files in a handler or an effect'),
  )
  const listener = vi.fn()
  uploader.subscribe(listener)()
  uploader.on(listener)()
  uploader.pauseAll()
  uploader.resumeAll()
  expect(listener).not.toHaveBeenCalled()
})
