import { describe, expect, test } from 'vitest'
import type { Authenticate } from '../auth.ts'
import { ask, base, chunkRequest, fileOf, finishRequest, md5, type Answer } from '../dialects/fixtures/drf-client.ts'
import { createUploadHandler, type UploadHandler } from '../handler.ts'
import { memoryStore } from '../stores/memory.ts'

/** What makes a request somebody's: headers, or another address with something in its query. */
export interface Credentials {
  readonly headers?: Record<string, string>
  readonly url?: string
}

/** A way to sign in under test. */
export interface AuthUnderTest {
  readonly authenticate: Authenticate
  /** Signs a request as alice, as bob, or with credentials that nobody has. */
  readonly as: (who: 'alice' | 'bob' | 'wrong', method: string, url: string) => Credentials | Promise<Credentials>
}

type Who = 'owner' | 'other' | 'nobody' | 'wrong'

/** A request of each kind, what the upload that it is about has before it, and what each of the four is answered. */
interface Verb {
  readonly name: string
  readonly method: string
  readonly about: 'upload' | 'list'
  readonly received: number
  readonly expected: Readonly<Record<Who, number>>
  readonly request: (url: string, headers: Record<string, string>) => Request
}

const file = fileOf(25)
const filename = 'plans-of-alice.bin'
const key = 'some-key'
const all = (owner: number, other: number): Verb['expected'] => ({ owner, other, nobody: 401, wrong: 401 })
const plain = (method: string) => (url: string, headers: Record<string, string>) =>
  new Request(url, { method, headers })
const fields = { filename: 'another.bin', upload_key: key }
const range = 'bytes 10-24/25'

const verbs: readonly Verb[] = [
  {
    name: 'PUT list',
    method: 'PUT',
    about: 'list',
    received: 10,
    // Alice's own key and another name: that is a conflict of hers alone.
    expected: all(409, 200),
    request: (url, headers) => chunkRequest({ url, headers, range: 'bytes 0-24/25', file, fields }),
  },
  {
    name: 'POST list',
    method: 'POST',
    about: 'list',
    received: 10,
    expected: all(409, 200),
    request: (url, headers) =>
      chunkRequest({ url, headers, method: 'POST', file, fields: { ...fields, md5: md5(file) } }),
  },
  { name: 'GET list', method: 'GET', about: 'list', received: 10, expected: all(200, 200), request: plain('GET') },
  {
    name: 'OPTIONS list',
    method: 'OPTIONS',
    about: 'list',
    received: 10,
    expected: all(200, 200),
    request: plain('OPTIONS'),
  },
  {
    name: 'PUT detail',
    method: 'PUT',
    about: 'upload',
    received: 10,
    expected: all(200, 404),
    request: (url, headers) => chunkRequest({ url, headers, range, file: file.subarray(10) }),
  },
  {
    name: 'POST detail',
    method: 'POST',
    about: 'upload',
    received: 25,
    expected: all(200, 404),
    request: (url, headers) => finishRequest(url, { md5: md5(file) }, headers),
  },
  { name: 'GET detail', method: 'GET', about: 'upload', received: 10, expected: all(200, 404), request: plain('GET') },
  {
    name: 'HEAD detail',
    method: 'HEAD',
    about: 'upload',
    received: 10,
    expected: all(200, 404),
    request: plain('HEAD'),
  },
  {
    name: 'DELETE detail',
    method: 'DELETE',
    about: 'upload',
    received: 10,
    expected: all(204, 404),
    request: plain('DELETE'),
  },
  {
    name: 'OPTIONS detail',
    method: 'OPTIONS',
    about: 'upload',
    received: 10,
    // What the view can do, for any id.
    expected: all(200, 200),
    request: plain('OPTIONS'),
  },
]

const people: readonly Who[] = ['owner', 'other', 'nobody', 'wrong']
const cells = verbs.flatMap((verb) => people.map((who) => ({ verb, who, name: verb.name })))

async function send(auth: AuthUnderTest, handler: UploadHandler, who: Who, verb: Verb, url: string): Promise<Answer> {
  if (who === 'nobody') return ask(handler, verb.request(url, {}))
  const person = { owner: 'alice', other: 'bob', wrong: 'wrong' } as const
  const { headers = {}, url: address = url } = await auth.as(person[who], verb.method, url)
  return ask(handler, verb.request(address, headers))
}

/** A server that holds one upload of alice's. */
async function rig(auth: AuthUnderTest, received: number) {
  const store = memoryStore()
  const handler = createUploadHandler({ store, authenticate: auth.authenticate })
  const { headers = {}, url: address = base } = await auth.as('alice', 'PUT', base)
  const range = `bytes 0-${received - 1}/25`
  const body = { url: address, range, file: file.subarray(0, received), fields: { filename, upload_key: key }, headers }
  const made = await ask(handler, chunkRequest(body))
  expect(made.status).toBe(200)
  const url = String(made.body['url'])
  const look = async () => {
    const records = await handler.sessions.list({ owner: 'alice' })
    const bytes = records.map(async (record) => new Response((await store.file(record))?.stream()).text())
    return { records, bytes: await Promise.all(bytes) }
  }
  return { handler, url, look }
}

/** What every way to sign in must do, whatever its credentials: each verb, by each of four people (S04, I15). */
export function authContract(make: () => AuthUnderTest): void {
  test.each(cells)('S04 I15 $name by $who', async ({ verb, who }) => {
    const auth = make()
    const { handler, url, look } = await rig(auth, verb.received)
    const before = await look()
    const answer = await send(auth, handler, who, verb, verb.about === 'list' ? base : url)
    expect(answer.status).toBe(verb.expected[who])
    if (who === 'owner') return
    expect(await look()).toEqual(before)
    const said = JSON.stringify([answer.body, [...answer.headers]])
    for (const secret of [new URL(url).pathname.split('/').at(-2) ?? '', filename, 'alice'])
      expect(said).not.toContain(secret)
    if (who === 'other') return
    expect(answer.headers.get('www-authenticate')).toBe(auth.authenticate.challenge)
  })

  test.each(verbs.filter(({ about }) => about === 'upload'))(
    "S04 $name: another's upload is answered like none",
    async (verb) => {
      const auth = make()
      const { handler, url } = await rig(auth, verb.received)
      const foreign = await send(auth, handler, 'other', verb, url)
      const unknown = `${base}0f8fad5b-d9cb-469f-a165-70867728950e/`
      const none = await send(auth, handler, 'other', verb, unknown)
      expect(foreign).toEqual({ ...none, headers: expect.anything() })
      expect([...foreign.headers.keys()]).toEqual([...none.headers.keys()])
    },
  )

  test("the list is one's own", async () => {
    const auth = make()
    const { handler, look } = await rig(auth, 10)
    const list = async (who: 'alice' | 'bob') => {
      const { headers = {}, url = base } = await auth.as(who, 'GET', base)
      const found: unknown = await (await handler(new Request(url, { headers }))).json()
      return found
    }
    expect(await list('alice')).toMatchObject([{ id: (await look()).records[0]?.id, filename }])
    expect(await list('bob')).toEqual([])
  })

  test('pages of other origins may send the headers that it reads', async () => {
    const { authenticate, as } = make()
    const handler = createUploadHandler({
      store: memoryStore(),
      authenticate,
      cors: { origins: ['https://app.example'] },
    })
    const { headers } = await handler(
      new Request(base, {
        method: 'OPTIONS',
        headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'PUT' },
      }),
    )
    const allowed = headers.get('access-control-allow-headers')?.split(', ')
    const sent = Object.keys((await as('alice', 'PUT', base)).headers ?? {})
    expect(allowed).toEqual(expect.arrayContaining(sent.map((name) => name.toLowerCase())))
  })
}

/** A right that is withdrawn during an upload is gone with the next request (S05). */
export function withdrawalContract(make: () => AuthUnderTest & { readonly withdraw: () => void }): void {
  describe('S05 after credentials were withdrawn', () => {
    test.each(verbs)('$name', async (verb) => {
      const auth = make()
      const { handler, url, look } = await rig(auth, verb.received)
      const before = await look()
      auth.withdraw()
      const answer = await send(auth, handler, 'owner', verb, verb.about === 'list' ? base : url)
      expect(answer.status).toBe(401)
      expect(await look()).toEqual(before)
    })
  })
}
