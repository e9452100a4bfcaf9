import { describe, expect, test } from 'vitest'
import { iriChunkedUploadsDouble, type CrossDomain, type IriDouble } from './iri-chunked-uploads.ts'

const origin = 'http://testserver/chunked_uploads/'
const nobody = '00000000-0000-0000-0000-000000000000'

const ask = (double: IriDouble, method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  double(new Request(origin + path, { method, headers, ...(body !== undefined && { body }) }))
const named = (range?: string): Record<string, string> => ({
  'Content-Disposition': 'attachment; filename="My film-2.mp4"',
  ...(range !== undefined && { 'Content-Range': range }),
})
const post = (double: IriDouble, body: string, headers = named('bytes 0-2/6')) =>
  ask(double, 'POST', 'upload/', headers, body)
const statusOf = async (response: Response): Promise<Record<string, unknown>> => {
  const [status] = (await response.json()) as Record<string, unknown>[]
  return status ?? {}
}
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

describe('chunks', () => {
  test('the first begins the upload of the session, under a slug; its answer has the total as it came, as text', async () => {
    const double = iriChunkedUploadsDouble()
    const begun = await statusOf(await post(double, 'abc'))
    expect(begun).toEqual({
      ...{ name: 'my_film_2.mp4', size: 3, total_size: '6', delete_type: 'DELETE' },
      url: expect.stringContaining('/chunks/chunk'),
      delete_url: 'http://example.com/chunked_uploads/1/delete/',
      upload_uuid: expect.stringMatching(/^[-0-9a-f]{36}$/),
    })
    expect(await statusOf(await ask(double, 'GET', 'upload/'))).toEqual({ ...begun, total_size: 6 })
  })

  test('are stored as they come, wherever they say that they belong', async () => {
    const double = iriChunkedUploadsDouble()
    await post(double, 'abc')
    await post(double, 'abc')
    expect(await statusOf(await post(double, 'xyz', named('bytes 90-92/9')))).toMatchObject({ size: 9, total_size: 6 })
    expect(textOf(double.uploads()[0]?.bytes())).toBe('abcabcxyz')
  })

  test('without a range the whole file has come', async () => {
    const double = iriChunkedUploadsDouble()
    const length = { 'Content-Length': '5' }
    expect(await statusOf(await post(double, 'abcde', { ...named(), ...length }))).toMatchObject({ total_size: '5' })
  })

  test('of another file in the same session go to the first one; another session has its own', async () => {
    const double = iriChunkedUploadsDouble()
    await post(double, 'abc')
    await post(double, 'xyz', {
      'Content-Disposition': 'attachment; filename="other.mov"',
      'Content-Range': 'bytes 0-2/3',
    })
    expect(double.uploads()).toHaveLength(1)
    await post(double, 'xyz', { ...named('bytes 0-2/3'), Cookie: 'a=b; sessionid=two; c=d' })
    expect(double.uploads()).toHaveLength(2)
    expect(await (await ask(double, 'GET', 'upload/', { Cookie: 'sessionid=three' })).json()).toEqual([])
  })

  test.each([
    ['a name', {}],
    ['a name in quotes', { 'Content-Disposition': 'attachment' }],
    ['a total that is a number', named('bytes 0-2/many')],
  ])('without %s nothing is begun: 500', async (_, headers) => {
    const double = iriChunkedUploadsDouble()
    expect((await post(double, 'abc', headers)).status).toBe(500)
    expect(double.uploads()).toEqual([])
  })
})

describe('the finish', () => {
  const done = (double: IriDouble, uuid = double.uploads()[0]?.uuid) => ask(double, 'POST', `upload/done/${uuid}/`)

  test('joins the chunks if their sum is the total, and forgets the upload of the session', async () => {
    const double = iriChunkedUploadsDouble()
    await post(double, 'abc')
    await post(double, 'def')
    const answer = await statusOf(await done(double))
    expect(answer).toEqual({ state: 'COMPLETE', video_url: expect.stringMatching(/^http:.*\/my_film_2\.mp4$/) })
    expect(double.uploads()).toMatchObject([{ complete: true }])
    expect(textOf(double.uploads()[0]?.bytes())).toBe('abcdef')
    expect(await (await ask(double, 'GET', 'upload/')).json()).toEqual([])
  })

  test('sent twice deletes the finished file', async () => {
    const double = iriChunkedUploadsDouble()
    await post(double, 'abcdef')
    const [upload] = double.uploads()
    await done(double)
    expect(await statusOf(await done(double, upload?.uuid))).toEqual({ state: 'FAIL', video_url: '' })
    expect(double.uploads()).toEqual([])
  })

  test.each(['abc', 'abcdefg'])('of %j for six bytes deletes everything, with 200', async (body) => {
    const double = iriChunkedUploadsDouble()
    await post(double, body)
    const response = await done(double)
    expect([response.status, await statusOf(response)]).toEqual([200, { state: 'FAIL', video_url: '' }])
    expect(double.uploads()).toEqual([])
  })

  test('asks nobody who they are; what is unknown is 404, and still the session forgets its upload', async () => {
    const double = iriChunkedUploadsDouble()
    await post(double, 'abc')
    expect((await done(double, nobody)).status).toBe(404)
    expect(await (await ask(double, 'GET', 'upload/')).json()).toEqual([])
    expect((await ask(double, 'GET', `upload/done/${nobody}/`)).status).toBe(200)
  })
})

test('anybody drops an upload by a number that can be counted', async () => {
  const double = iriChunkedUploadsDouble()
  await post(double, 'abc', { ...named('bytes 0-2/6'), Cookie: 'sessionid=one' })
  expect((await ask(double, 'DELETE', '2/delete/')).status).toBe(404)
  expect((await ask(double, 'DELETE', '1/delete/', { Cookie: 'sessionid=two' })).status).toBe(200)
  expect(double.uploads()).toEqual([])
  expect(await (await ask(double, 'GET', 'upload/', { Cookie: 'sessionid=one' })).json()).toEqual([])
})

test('a project’s own check answers chunks, questions and drops; nobody in particular cannot begin', async () => {
  const unauthorized = (): Response => new Response('Unauthorized', { status: 401 })
  const key = ({ headers }: Request) => (headers.get('api-key') === 'secret' ? 'ada' : unauthorized())
  const double = iriChunkedUploadsDouble({ authenticate: key })
  for (const [method, path] of [
    ['GET', 'upload/'],
    ['POST', 'upload/'],
    ['DELETE', '1/delete/'],
  ] as const) {
    const response = await ask(double, method, path)
    expect([method, response.status, response.headers.get('Access-Control-Allow-Origin')]).toEqual([method, 401, null])
  }
  await post(double, 'abc', { ...named('bytes 0-2/6'), 'api-key': 'secret' })
  expect(double.uploads()).toMatchObject([{ user: 'ada' }])
  const open = iriChunkedUploadsDouble({ authenticate: () => undefined })
  expect((await post(open, 'abc')).status).toBe(500)
  expect((await ask(open, 'GET', 'upload/')).status).toBe(200)
})

describe('other origins', () => {
  const corsOf = (response: Response) =>
    ['Origin', 'Methods', 'Headers', 'Credentials'].map((name) => response.headers.get(`Access-Control-Allow-${name}`))
  const given: CrossDomain = {
    origins: 'https://a.example',
    methods: 'POST',
    headers: 'Content-Range',
    credentials: 'false',
  }
  const defaults = [
    ...['http://localhost', 'POST, GET, OPTIONS, DELETE'],
    ...['Content-Type, Content-Range, Content-Disposition, Content-Description, username, api_key', 'true'],
  ]

  test('are told what the four settings say, with every answer of the views', async () => {
    const double = iriChunkedUploadsDouble({ crossDomain: given })
    for (const [method, path] of [
      ['OPTIONS', 'upload/'],
      ['GET', 'upload/'],
      ['OPTIONS', '1/delete/'],
      ['GET', `upload/done/${nobody}/`],
    ] as const) {
      expect(corsOf(await ask(double, method, path))).toEqual(Object.values(given))
    }
    expect(corsOf(await ask(double, 'DELETE', '1/delete/'))).toEqual([null, null, null, null])
  })

  test('all four are the defaults where one is missing', async () => {
    const { credentials: _, ...three } = given
    expect(corsOf(await ask(iriChunkedUploadsDouble({ crossDomain: three }), 'OPTIONS', 'upload/'))).toEqual(defaults)
  })
})

test('it knows its own paths, and the methods that its view has', async () => {
  const double = iriChunkedUploadsDouble({ path: '/u/' })
  const own = ['/u/upload/', `/u/upload/done/${nobody}/`, '/u/12/delete/']
  const foreign = ['/u/', '/u/upload', '/upload/', '/u/upload/done/1/', '/u/x/delete/']
  expect([...own, ...foreign].filter(double.owns)).toEqual(own)
  const put = await double(new Request('http://testserver/u/upload/', { method: 'PUT', body: 'a' }))
  expect([put.status, put.headers.get('Allow')]).toEqual([405, 'GET, POST, DELETE, HEAD, OPTIONS'])
})
