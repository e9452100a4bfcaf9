import { expect, test } from 'vitest'
import { djangoChunkedUploadDouble, type DjangoDouble, type DjangoDoubleOptions } from './django-chunked-upload.ts'

const path = '/api/chunked_upload/'
const completePath = '/api/chunked_upload_complete/'

function post(
  double: DjangoDouble,
  at: string,
  fields: Record<string, string | File>,
  headers: Record<string, string> = {},
) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return double(new Request(`http://testserver${at}`, { method: 'POST', body: form, headers }))
}
const file = new File(['abc'], 'a.txt')
const md5OfAbc = '900150983cd24fb0d6963f7d28e17f72'
const begin = async (double: DjangoDouble, headers?: Record<string, string>): Promise<string> => {
  const { upload_id: id } = (await (await post(double, path, { file }, headers)).json()) as { upload_id: string }
  return id
}
const detailOf = async (response: Response): Promise<unknown> => [response.status, await response.json()]

test('who is signed in reaches their own uploads; who is not, where they are let in, all of them', async () => {
  const authenticate = ({ headers }: Request): string | undefined => headers.get('user') ?? undefined
  const double = djangoChunkedUploadDouble({ authenticate, anonymous: true })
  const id = await begin(double, { user: 'ada' })
  const finish = (headers: Record<string, string>) =>
    post(double, completePath, { upload_id: id, md5: md5OfAbc }, headers)
  expect((await finish({ user: 'bob' })).status).toBe(404)
  expect((await finish({ user: 'ada' })).status).toBe(200)
  expect((await finish({})).status).toBe(200)
  expect(double.uploads()).toMatchObject([{ id, user: 'ada', filename: 'a.txt', completions: 2 }])
})

test('a finish without the check needs the id only, and takes what is there', async () => {
  const double = djangoChunkedUploadDouble({ md5Check: false })
  expect(await detailOf(await post(double, completePath, {}))).toEqual([400, { detail: "'upload_id' is required" }])
  expect((await post(double, completePath, { upload_id: await begin(double) })).status).toBe(200)
})

test('the clean-up takes finished uploads too', async () => {
  let now = 0
  const double = djangoChunkedUploadDouble({ now: () => now, lifetimeMs: 1000 })
  await post(double, completePath, { upload_id: await begin(double), md5: md5OfAbc })
  double.deleteExpired()
  expect(double.uploads()).toHaveLength(1)
  now = 1000
  double.deleteExpired()
  expect(double.uploads()).toEqual([])
})

test.each<[string, DjangoDoubleOptions, Record<string, string | File>]>([
  ['named otherwise', { fileField: 'film' }, { file }],
  ['that is a text', {}, { file: 'abc' }],
  ['without a name', {}, { file: new File(['abc'], '') }],
])('a file %s is none', async (_, options, fields) => {
  const double = djangoChunkedUploadDouble(options)
  expect(await detailOf(await post(double, path, fields))).toEqual([400, { detail: 'No chunk file was submitted' }])
})

test('a body that was cut has no file', async () => {
  const double = djangoChunkedUploadDouble()
  const whole = new Uint8Array(await new Response(new FormData()).arrayBuffer())
  const headers = { 'Content-Type': 'multipart/form-data; boundary=x' }
  const cut = new Request(`http://testserver${path}`, { method: 'POST', headers, body: whole.subarray(0, 5) })
  expect((await double(cut)).status).toBe(400)
})

test('a host’s hook answers what it likes', async () => {
  const onCompletion = (): Response => Response.json({ detail: 'No film' }, { status: 400 })
  const double = djangoChunkedUploadDouble({ onCompletion })
  const finished = await post(double, completePath, { upload_id: await begin(double), md5: md5OfAbc })
  expect(await detailOf(finished)).toEqual([400, { detail: 'No film' }])
  expect(double.uploads()).toMatchObject([{ complete: true }])
})
