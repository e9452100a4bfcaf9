import { describe, expect, test } from 'vitest'
import { reply, scripted } from '../../test/scripted.ts'
import type { Reply, TransportRequest } from '../types.ts'
import { detect } from './detect.ts'

const endpoint = 'https://files.example/files/'
const tusd = reply(200, { 'Tus-Version': '1.0.0', 'Tus-Extension': 'creation,creation-with-upload,termination' })
const drf = reply(200, {}, JSON.stringify({ name: 'Upload', parses: ['application/json', 'multipart/form-data'] }))

async function ask(answers: readonly Reply[]) {
  const { tools, sent } = scripted(endpoint, answers)
  const found = await detect(endpoint, { transport: (request) => tools.send(request) })
  return { found, sent }
}

describe('what a server speaks', () => {
  test.each([
    ['tus, with all it may bring', tusd, { protocol: 'tus', options: { creationWithUpload: true } }],
    [
      'tus alone',
      reply(204, { 'Tus-Version': '2.0.0,1.0.0' }),
      { protocol: 'tus', options: { creationWithUpload: false } },
    ],
    ['the draft', reply(204, { 'Upload-Limit': 'min-size=0' }), { protocol: 'ietf' }],
    [
      'both',
      reply(200, { 'Tus-Version': '1.0.0', 'Upload-Limit': 'min-size=0' }),
      { protocol: 'tus', options: { creationWithUpload: false } },
    ],
    ['a view of Django REST framework that takes files', drf, { protocol: 'drf-chunked-upload' }],
  ])('%s: one question, without a version', async (_, answer, expected) => {
    const { found, sent } = await ask([answer])
    expect(found).toEqual(expected)
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([`OPTIONS ${endpoint}`])
    expect(sent[0]?.headers).not.toHaveProperty('Tus-Resumable')
  })

  test('django-tus answers only who speaks tus, and has an extension of its own', async () => {
    const answer = reply(204, { 'Tus-Version': '1.0.0', 'Tus-Extension': 'creation,termination,file-check' })
    const { found, sent } = await ask([reply(405), answer])
    expect(found).toEqual({ protocol: 'django-tus' })
    expect(sent[1]?.headers).toMatchObject({ 'Tus-Resumable': '1.0.0' })
  })

  test.each([
    ['nothing of the sort', reply(200, {}, '{"parses":["application/json"]}')],
    ['a page', reply(200, {}, '<h1>Welcome</h1>')],
    ['another version', reply(204, { 'Tus-Version': '0.2.2' })],
    ['no such address', reply(404)],
  ])('%s', async (_, answer) => {
    expect((await ask([answer, answer])).found).toBeUndefined()
  })

  test.each([
    [401, 'unauthorized'],
    [503, 'server'],
    [429, 'throttled'],
  ])('%d is no answer to that', async (status, code) => {
    await expect(ask([reply(status)])).rejects.toMatchObject({ code })
  })
})

test('credentials and headers of the app go along; an address that is none is refused', async () => {
  const sent: TransportRequest[] = []
  const transport = (request: TransportRequest): Promise<Reply> => Promise.resolve((sent.push(request), tusd))
  await detect(endpoint, { headers: { Authorization: 'Bearer x' }, credentials: 'include', transport })
  expect(sent[0]).toMatchObject({ credentials: 'include', headers: { Authorization: 'Bearer x' } })
  await expect(detect('/files/')).rejects.toThrow(
    new TypeError('Cannot detect: expected an http address, got "/files/"'),
  )
})
