import { describe, expect, test } from 'vitest'
import { facts, reply, scripted } from '../../test/scripted.ts'
import { UploadError } from '../errors.ts'
import type { Reply } from '../types.ts'
import { djangoTus, type DjangoTusOptions } from './django-tus.ts'

const endpoint = 'https://files.example/upload/'
const plain = `${endpoint}a1`
const slashed = `${plain}/`
const session = { url: plain, marked: false }
const marks = { 'Tus-Resumable': '1.0.0' }
const created = reply(201, { ...marks, Location: plain })
const at = (offset: number): Reply => reply(200, { ...marks, 'Upload-Offset': String(offset) })
const page = (status: number): Reply => reply(status, {}, '<h1>Not Found</h1>')
const redirect = new UploadError('blocked', 'Cannot use HEAD: it answers with a redirect')
const chunk = { offset: 10, body: new Blob(['0123456789']) }
const rig = (answers: readonly (Reply | Error)[]) => ({ ...scripted(endpoint, answers), protocol: djangoTus() })

test('what the app bears: chunks of 2.5 MiB until told otherwise, no empty file, no lock, no memory', () => {
  expect(djangoTus().far).toMatchObject({ chunk: { max: 2_621_440 }, first: 0, settleMs: 2_000 })
  expect(djangoTus().far).toMatchObject({ empty: false, forgetsFinished: true })
  expect(djangoTus({ chunk: { max: 10_000_000 } }).far.chunk).toEqual({ max: 10_000_000 })
  // It ignores bytes in a creation without notice.
  expect(djangoTus({ creationWithUpload: true }).far.first).toBe(0)
})

test('an option that is unknown or wrong is named', () => {
  const options = (given: object): DjangoTusOptions => given
  expect(() => djangoTus(options({ buffered: 1 }))).toThrow(
    'Cannot speak django-tus: the option "buffered" must be true or false, got 1',
  )
  expect(() => djangoTus(options({ speed: 1 }))).toThrow('Cannot speak django-tus: there is no option "speed"')
})

describe('the address of an upload', () => {
  test('is the one that was told, where that answers', async () => {
    const { protocol, tools, log } = rig([created, at(0), created])
    expect(await protocol.create(facts, undefined, tools)).toMatchObject({ session: { url: plain } })
    expect(await protocol.create(facts, undefined, tools)).toMatchObject({ session: { url: plain } })
    expect(log()).toEqual(['POST /upload/', 'HEAD /upload/a1', 'POST /upload/'])
  })

  test.each([
    ['a redirect that is not followed', redirect],
    ['a redirect as an answer', reply(301, { Location: slashed })],
    ['no such address', page(404)],
  ])('has the slash that was left out, if there is %s; which is learnt once', async (_, answer) => {
    const { protocol, tools, log } = rig([created, answer, at(0), created])
    expect(await protocol.create(facts, undefined, tools)).toMatchObject({ session: { url: slashed } })
    expect(await protocol.create(facts, undefined, tools)).toMatchObject({ session: { url: slashed } })
    expect(log()).toEqual(['POST /upload/', 'HEAD /upload/a1', 'HEAD /upload/a1/', 'POST /upload/'])
  })

  test.each([
    ['503', [created, page(503)], 'server'],
    ['no answer', [created, new UploadError('network', 'Cannot reach it')], 'network'],
    ['neither', [created, page(404), page(404)], 'rejected'],
  ])('is not guessed after %s', async (_, answers, code) => {
    const { protocol, tools } = rig(answers)
    await expect(protocol.create(facts, undefined, tools)).rejects.toMatchObject({ code })
  })
})

test('what somebody else has created may have bytes', async () => {
  const { tools } = scripted(endpoint, [at(10)])
  const protocol = djangoTus({ uploadUrl: () => plain })
  const expected = { offset: 10, session: { url: plain, answered: 10 } }
  expect(await protocol.create(facts, undefined, tools)).toEqual(expected)
})

describe('a chunk', () => {
  test('that meets a bare 400 where nothing has moved is too large', async () => {
    const { protocol, tools } = rig([page(400), at(10)])
    const append = protocol.append(session, facts, chunk, tools)
    await expect(append).rejects.toMatchObject({ code: 'too-large', status: 400 })
  })

  test.each([
    ['elsewhere', at(0), { offset: 0, session: { ...session, answered: 0 } }],
    ['nowhere', page(404), 'gone'],
  ])('that meets one where the upload is %s is not', async (_, answer, expected) => {
    const { protocol, tools } = rig([page(400), answer])
    expect(await protocol.append(session, facts, chunk, tools)).toEqual(expected)
  })

  test('that was answered is believed from then on', async () => {
    const { protocol, tools } = rig([at(20), at(20)])
    const stands = await protocol.append(session, facts, chunk, tools)
    expect(stands).toEqual({ offset: 20, session: { ...session, answered: 20 } })
    expect(await protocol.offset({ ...session, answered: 20 }, facts, tools)).toEqual({ offset: 20 })
  })

  test('that broke off is counted whole there, and has spoilt the upload', async () => {
    const begun = { ...session, answered: 10 }
    const { protocol, tools } = rig([at(20), at(10)])
    expect(await protocol.offset(begun, facts, tools)).toEqual({ offset: Infinity })
    expect(await protocol.offset(begun, facts, tools)).toEqual({ offset: 10 })
  })

  test('cannot have broken off where whole requests are handed on', async () => {
    const { tools } = rig([at(20), page(409), at(20)])
    const protocol = djangoTus({ buffered: true })
    const begun = { ...session, answered: 10 }
    expect(await protocol.offset(begun, facts, tools)).toEqual({ offset: 20 })
    expect(await protocol.append(begun, facts, chunk, tools)).toMatchObject({ offset: 20 })
  })

  test('in the way of which there are other bytes has met those that broke off', async () => {
    const { protocol, tools } = rig([page(409), at(20), page(409), at(0)])
    expect(await protocol.append(session, facts, chunk, tools)).toEqual({ offset: Infinity })
    expect(await protocol.append(session, facts, chunk, tools)).toMatchObject({ offset: 0 })
  })

  test('for a file that is missing is no end (410); only what is not found may be finished (404)', async () => {
    const { protocol, tools } = rig([page(410), page(404)])
    expect(await protocol.append(session, facts, chunk, tools)).toEqual({ offset: Infinity })
    expect(await protocol.append(session, facts, chunk, tools)).toBe('gone')
  })

  test('other refusals stay what they are', async () => {
    const { protocol, tools } = rig([page(403)])
    await expect(protocol.append(session, facts, chunk, tools)).rejects.toMatchObject({ code: 'rejected' })
  })
})

test('its 404 has no word of tus, and means it all the same', async () => {
  const { protocol, tools } = rig([created, at(0), page(404)])
  const { session: begun } = await protocol.create(facts, undefined, tools)
  expect(await protocol.offset(begun, facts, tools)).toBe('gone')
})
