import { djangoChunkedUploadDouble, type DjangoDouble, type DjangoDoubleOptions } from '@chunkwise/testing/doubles'
import { describe, expect, test } from 'vitest'
import { content, file, md5, takeSteps } from '../../test/steps.ts'
import type { FileFacts } from '../types.ts'
import { djangoChunkedUpload, type DjangoOptions } from './django-chunked-upload.ts'

const endpoint = 'https://files.example/api/chunked_upload/'
const day = 86_400_000

interface Setting extends Partial<DjangoOptions> {
  readonly project?: DjangoDoubleOptions
  readonly facts?: Partial<FileFacts>
  /** What happens to a request on its way. */
  readonly onTheWay?: (request: Request) => Promise<Request> | Request
  /** Answers the n-th request in the server's place, counted from 1. */
  readonly instead?: (number: number) => Response | undefined
}

function rig({
  project = {},
  facts,
  onTheWay = (request) => request,
  instead = () => undefined,
  ...options
}: Setting = {}) {
  let double: DjangoDouble | undefined
  const requests: Request[] = []
  const steps = takeSteps(
    {
      endpoint,
      protocol: () => djangoChunkedUpload({ completeEndpoint: '/api/chunked_upload_complete/', ...options }),
      server({ now }) {
        const made = (double = djangoChunkedUploadDouble({ now, ...project }))
        return {
          async fetch(request) {
            requests.push(request.clone())
            return instead(requests.length) ?? made(await onTheWay(request))
          },
          finished: async () => made.uploads().map((upload) => upload.bytes()),
          forget: async () => made.clear(),
          signIn: () => {},
        }
      },
    },
    facts,
  )
  return { ...steps, requests, uploads: () => double?.uploads() ?? [] }
}

const fieldsOf = async (request: Request | undefined): Promise<[string, unknown][]> => [
  ...((await request?.formData()) ?? []),
]

describe('what goes out', () => {
  test('the bytes come last, named and typed as the file, behind the id and the app’s own fields', async () => {
    const { create, append, requests, uploads } = rig({ facts: { metadata: { album: '7' } } })
    await create()
    await append(10, 25)
    const first = await fieldsOf(requests[0])
    expect(first.map(([name]) => name)).toEqual(['album', 'upload_id', 'file'])
    expect(first.at(-1)?.[1]).toMatchObject({ name: file.name, type: 'video/mp4', size: 10 })
    expect(requests[0]?.headers.get('Content-Range')).toBe('bytes 0-9/25')
    const second = await fieldsOf(requests[1])
    expect(second.map(([name]) => name)).toEqual(['upload_id', 'file'])
    expect(second[0]?.[1]).toBe(uploads()[0]?.id)
    expect(requests[1]?.headers.get('Content-Range')).toBe('bytes 10-24/25')
  })

  test('a field of the app’s own named "upload_id" goes on with no other upload', async () => {
    const one = rig()
    await one.begin()
    const [begun] = one.uploads()
    const two = rig({ facts: { metadata: { upload_id: begun?.id ?? '' } } })
    await two.create()
    expect(two.uploads()).toHaveLength(1)
    expect(two.uploads()[0]).toMatchObject({ offset: 10 })
  })

  test('fields are named as the project names them', async () => {
    const { begin, complete, requests } = rig({
      fileField: 'film',
      checksumField: 'digest',
      project: { fileField: 'film' },
    })
    await begin(25)
    await expect(complete(md5)).rejects.toMatchObject({
      ...{ code: 'rejected', message: expect.stringContaining("Both 'upload_id' and 'md5' are required") },
    })
    expect((await fieldsOf(requests[1]))[1]).toEqual(['digest', md5.hex])
  })

  test('the finish goes to its own address, be it relative, and its answer is what the project says', async () => {
    const { begin, complete, requests } = rig({
      completeEndpoint: '../chunked_upload_complete/',
      project: { onCompletion: ({ filename }) => ({ filename }) },
    })
    await begin(25)
    expect(await complete(md5)).toEqual({ url: undefined, answer: { filename: file.name }, verified: true })
    expect(requests.at(-1)?.url).toBe('https://files.example/api/chunked_upload_complete/')
  })

  test('a file without bytes has no range, and is finished', async () => {
    const empty = { algorithm: 'md5', hex: 'd41d8cd98f00b204e9800998ecf8427e' } as const
    const { create, offset, complete, requests, uploads } = rig({ facts: { size: 0 } })
    expect(await create(0)).toEqual({ offset: 0 })
    expect(requests[0]?.headers.has('Content-Range')).toBe(false)
    expect(await offset()).toEqual({ offset: 0 })
    expect(await complete(empty)).toMatchObject({ verified: true })
    expect(uploads()).toMatchObject([{ complete: true, offset: 0 }])
  })

  test.each([undefined, 5, null])('a finish at %j is a wrong option', (completeEndpoint) => {
    expect(() => djangoChunkedUpload({ completeEndpoint } as unknown as DjangoOptions)).toThrow(
      `the option "completeEndpoint" must be an address, got ${completeEndpoint}`,
    )
  })
})

describe('the question for the offset', () => {
  test.each([10, 25])('never stores anything, be it at %d', async (at) => {
    const { begin, offset, uploads } = rig()
    await begin(at)
    expect(await offset()).toEqual({ offset: at })
    expect(await offset()).toEqual({ offset: at })
    expect(uploads()[0]?.bytes()).toEqual(content.subarray(0, at))
  })

  test('stores nothing either where its range is lost on the way', async () => {
    const bare = (request: Request): Request => {
      request.headers.delete('Content-Range')
      return request
    }
    const { create, offset, uploads } = rig({ onTheWay: bare, facts: { size: 0 } })
    await create(0)
    expect(await offset()).toEqual({ offset: 0 })
    expect(uploads()[0]?.bytes()).toHaveLength(0)
  })

  test('a finished upload is verified only if an own finish went unanswered (I01)', async () => {
    const { begin, complete, offset } = rig()
    await begin(25)
    await complete(md5)
    expect(await offset()).toMatchObject({ offset: 25, complete: { verified: false } })
    expect(await offset({ unanswered: 'complete' })).toMatchObject({ complete: { verified: true } })
  })

  test('past its lifetime an upload is gone', async () => {
    const { begin, append, offset, clock } = rig()
    await begin()
    await clock.advance(day)
    expect(await offset()).toBe('gone')
    expect(await append(10, 25)).toBe('gone')
  })
})

describe('the finish', () => {
  test('whose answer was lost is not sent again: the project’s hook runs once', async () => {
    const { begin, complete, meet, uploads } = rig()
    await begin(25)
    await expect(meet('lost', () => complete(md5))).rejects.toMatchObject({ code: 'network' })
    expect(await complete(md5, { unanswered: 'complete' })).toMatchObject({ verified: true })
    expect(uploads()).toMatchObject([{ complete: true, completions: 1 }])
  })

  test('that never arrived is sent again when the server must be done with it', async () => {
    const { begin, complete, meet, uploads, clock } = rig()
    await begin(25)
    await expect(meet('drop', () => complete(md5))).rejects.toMatchObject({ code: 'network' })
    const begun = clock.now()
    expect(await complete(md5, { unanswered: 'complete' })).toMatchObject({ verified: true })
    expect(clock.now() - begun).toBeGreaterThanOrEqual(2000)
    expect(uploads()).toMatchObject([{ completions: 1 }])
  })

  test('past its lifetime nobody can say whether it was done: it is sent again, rather than the file', async () => {
    const { begin, complete, offset, meet, uploads, clock } = rig()
    await begin(25)
    await expect(meet('lost', () => complete(md5))).rejects.toMatchObject({ code: 'network' })
    await clock.advance(day)
    expect(await offset({ unanswered: 'complete' })).toEqual({ offset: 25 })
    expect(await complete(md5, { unanswered: 'complete' })).toMatchObject({ verified: true })
    expect(uploads()).toMatchObject([{ completions: 2 }])
  })

  test('at an address where there is nothing is a wrong option, and costs no session', async () => {
    const { begin, complete, offset } = rig({ completeEndpoint: '/api/elsewhere/' })
    await begin(25)
    await expect(complete(md5, { renewed: true })).rejects.toMatchObject({ code: 'rejected', status: 404 })
    expect(await offset()).toEqual({ offset: 25 })
  })

  test('refused by the project’s hook is a failure with its words, never a success', async () => {
    const onCompletion = (): Response => Response.json({ detail: 'This is no film' }, { status: 400 })
    const { begin, complete } = rig({ project: { onCompletion } })
    await begin(25)
    await expect(complete(md5)).rejects.toMatchObject({
      ...{ code: 'refused', message: expect.stringContaining('This is no film') },
    })
  })

  test('without a checksum is not verified', async () => {
    const { begin, complete } = rig({ project: { md5Check: false } })
    await begin(25)
    expect(await complete()).toMatchObject({ verified: false })
  })
})

describe('refusals', () => {
  test.each<[string, DjangoDoubleOptions, object]>([
    ['a forged request (CSRF)', { csrfToken: 'token' }, { code: 'unauthorized', status: 403 }],
    ['who is not signed in', { anonymous: false }, { code: 'unauthorized', status: 403 }],
    [
      'what is too large',
      { maxBytes: 20 },
      { code: 'rejected', message: expect.stringContaining('Size of file exceeds the limit (20 bytes)') },
    ],
    ['a wrong address', { path: '/api/elsewhere/' }, { code: 'rejected', status: 404 }],
    ['another field', { fileField: 'film' }, { code: 'rejected', message: expect.stringContaining('No chunk file') }],
  ])('%s', async (_, project, error) => {
    await expect(rig({ project }).create()).rejects.toMatchObject(error)
  })

  test.each([
    ['no id', Response.json({ offset: 10 }), 'malformed'],
    ['no offset', Response.json({ upload_id: 'a' }), 'malformed'],
    ['a page', new Response('<title>Sign in</title>'), 'blocked'],
  ])('an answer with %s cannot be gone on with', async (_, response, code) => {
    await expect(rig({ instead: () => response.clone() }).create()).rejects.toMatchObject({ code })
  })

  test('in the project’s own words are told, and never taken for the end', async () => {
    const own = (): Response => Response.json({ detail: 'Not on Sundays' }, { status: 400 })
    const { begin, append, offset } = rig({ instead: (number) => (number > 1 ? own() : undefined) })
    await begin()
    const refused = { code: 'rejected', message: expect.stringContaining('Not on Sundays') }
    await expect(offset()).rejects.toMatchObject(refused)
    await expect(offset({ unanswered: 'complete' })).rejects.toMatchObject(refused)
    await expect(append(10, 25)).rejects.toMatchObject(refused)
  })

  test('a chunk that was cut on its way is tried again', async () => {
    const cut = async (request: Request): Promise<Request> => {
      const form = await request.formData()
      const id = form.get('upload_id')
      if (id !== '') form.set('file', new File(['half'], 'blob'))
      return new Request(request.url, { method: 'POST', headers: { 'Content-Range': range(request) }, body: form })
    }
    const range = ({ headers }: Request): string => headers.get('Content-Range') ?? ''
    const { create, append } = rig({ onTheWay: cut })
    await create()
    await expect(append(10, 25)).rejects.toMatchObject({ code: 'malformed' })
  })

  test('of a finished upload: the end of what somebody else has finished', async () => {
    const { begin, complete, append } = rig()
    await begin(25)
    await complete(md5)
    expect(await append(10, 25)).toMatchObject({ offset: 25, complete: { verified: false } })
  })
})
