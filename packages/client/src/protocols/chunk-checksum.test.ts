import { createHash } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { reply, scripted } from '../../test/scripted.ts'
import type { Reply } from '../types.ts'
import { chunkChecksum } from './chunk-checksum.ts'
import { tus } from './tus.ts'

const endpoint = 'https://files.example/files/'
const body = new Blob(['0123456789'])
const sum = (algorithm: string): string => createHash(algorithm).update('0123456789').digest('base64')
const offers = (algorithms: string): Reply => reply(204, { 'Tus-Checksum-Algorithm': algorithms })
const rig = (answers: readonly Reply[] = []) => scripted(endpoint, answers)

afterEach(() => vi.unstubAllGlobals())

test('an algorithm that no browser has is refused', () => {
  expect(() => chunkChecksum('md5' as 'sha1')).toThrow(
    new TypeError('Cannot speak tus: the option "checksum" must be "sha1", "sha256" or "auto", got "md5"'),
  )
})

test.each(['sha1', 'sha256'] as const)('told %s, no question is asked ("Upload-Checksum")', async (algorithm) => {
  const { tools, log } = rig()
  const headers = await chunkChecksum(algorithm)(body, tools)
  expect(headers).toEqual({ 'Upload-Checksum': `${algorithm} ${sum(algorithm)}` })
  expect(log()).toEqual([])
})

test.each([
  ['md5,sha1,sha256', { 'Upload-Checksum': `sha1 ${sum('sha1')}` }],
  ['sha256', { 'Upload-Checksum': `sha256 ${sum('sha256')}` }],
  ['md5, crc32', {}],
  ['', {}],
])(
  'a server that offers "%s" is asked once, without a version ("Tus-Checksum-Algorithm")',
  async (offered, expected) => {
    const { tools, sent } = rig([offers(offered)])
    const checksum = chunkChecksum('auto')
    expect(await Promise.all([checksum(body, tools), checksum(body, tools)])).toEqual([expected, expected])
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([`OPTIONS ${endpoint}`])
    expect(sent[0]?.headers).not.toHaveProperty('Tus-Resumable')
  },
)

test('a question that failed is asked again', async () => {
  const { tools } = rig([reply(503), offers('sha1')])
  const checksum = chunkChecksum('auto')
  await expect(checksum(body, tools)).rejects.toMatchObject({ code: 'server' })
  expect(await checksum(body, tools)).toHaveProperty('Upload-Checksum')
})

test('a page that cannot compute one says so, or goes without when nobody insists', async () => {
  vi.stubGlobal('crypto', {})
  const { tools } = rig()
  await expect(chunkChecksum('sha1')(body, tools)).rejects.toMatchObject({ code: 'checksum-unavailable' })
  expect(await chunkChecksum('auto')(body, tools)).toEqual({})
})

test('a chunk that can no longer be read is a matter of the file (F40)', async () => {
  const { tools } = rig()
  const gone = Object.assign(new Blob(['x']), { arrayBuffer: () => Promise.reject(new DOMException('gone')) })
  await expect(chunkChecksum('sha1')(gone, tools)).rejects.toMatchObject({ code: 'network' })
})

test('it goes with every chunk, that of a creation too, and with nothing else', async () => {
  const told = { 'Tus-Resumable': '1.0.0', 'Upload-Offset': '10', Location: 'a1' }
  const { tools, headers } = rig([reply(201, told), reply(204, told), reply(200, told)])
  const protocol = tus({ checksum: chunkChecksum('sha1'), creationWithUpload: true })
  const facts = { key: 'k', name: 'n', type: '', size: 25, metadata: {}, checksum: undefined }
  const { session } = await protocol.create(facts, { offset: 0, body }, tools)
  await protocol.append(session, facts, { offset: 10, body }, tools)
  await protocol.offset(session, facts, tools)
  expect([0, 1, 2].map((number) => headers(number)['Upload-Checksum'])).toEqual([
    `sha1 ${sum('sha1')}`,
    `sha1 ${sum('sha1')}`,
    undefined,
  ])
})
