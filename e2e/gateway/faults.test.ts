import { memoryVideos, type VideoStore } from '@chunkwise/server/gateway'
import { expect, test } from 'vitest'
import { arvanRig, cloudflareRig, type Answer, type Rig } from './rig.ts'

/** What fails once: a request to the host or a call of the records, before it does anything, or after it was done. */
const fates = [
  { what: 'host', when: 'before' },
  { what: 'host', when: 'after' },
  { what: 'records', when: 'before' },
  { what: 'records', when: 'after' },
] as const
type Fate = (typeof fates)[number]

/** Lets one call fail of those that go through it, until it is mended; tells then whether there were so many. */
function breaking(nth: number, { when }: Fate) {
  let calls = 0
  let mended = false
  return {
    async through<Value>(work: () => Promise<Value>): Promise<Value> {
      const fails = !mended && ++calls === nth
      if (fails && when === 'before') throw new Error('connect ECONNREFUSED')
      const value = await work()
      if (fails) throw new Error('socket hang up')
      return value
    },
    mend() {
      mended = true
      return calls >= nth
    },
  }
}

type Break = ReturnType<typeof breaking>

function brokenVideos({ through }: Break): VideoStore {
  const videos = memoryVideos()
  return {
    open: () => videos.open(),
    close: () => videos.close(),
    read: (id) => through(() => videos.read(id)),
    list: (query) => through(() => videos.list(query)),
    write: (record) => through(() => videos.write(record)),
    remove: (id) => through(() => videos.remove(id)),
  }
}

interface Subject {
  readonly rig: Rig
  /** Sends all bytes, as a patient browser does. */
  sendAll(created: Answer): Promise<void>
  /** What the host has: of each file or video one text. */
  atHost(): string[]
}

const size = 1000
const tries = 12

/** Asks until it is answered so; in between some time goes by. */
async function until(status: number, rig: Rig, ask: () => Promise<Answer>): Promise<Answer> {
  const answers: number[] = []
  while (answers.length < tries) {
    const answer = await ask()
    if (answer.status === status) return answer
    answers.push(answer.status)
    rig.pass(30_000)
  }
  throw new Error(`Expected ${status} in the end, got ${answers.join(', ')}`)
}

const hosts = {
  cloudflare(broken: Break, { what }: Fate): Subject {
    const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
      broken.through(() => rig.host(new Request(input, init)))
    const rig = cloudflareRig({
      ...(what === 'host' ? { fetch } : { videos: brokenVideos(broken) }),
      ...{ trimSeconds: 30, download: true },
    })
    return {
      rig,
      async sendAll({ headers }) {
        await rig.send(headers.get('Location') ?? '', 0, new Uint8Array(size))
      },
      // An upload that nobody was told of ends there by itself.
      atHost: () =>
        rig.host
          .videos()
          .filter(({ state }) => state !== 'pendingupload')
          .map(({ clippedFrom }) => (clippedFrom === undefined ? 'video' : 'clip')),
    }
  },
  arvan(broken: Break, { what }: Fate): Subject {
    const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
      broken.through(() => rig.host(new Request(input, init)))
    const rig = arvanRig(what === 'host' ? { fetch } : { videos: brokenVideos(broken) })
    return {
      rig,
      async sendAll({ headers }) {
        const id = headers.get('Upload-Id') ?? ''
        for (let turn = 0, offset = 0; offset < size && turn < tries; turn += 1) {
          await rig.send(id, offset, new Uint8Array(Math.min(600, size - offset)))
          const asked = await until(200, rig, () => rig.ask('HEAD', id))
          offset = Number(asked.headers.get('Upload-Offset'))
        }
      },
      atHost: () => rig.host.videos().map(() => 'video'),
    }
  },
}

/** Uploads a video while one call fails; says whether there were so many. */
async function survives(host: keyof typeof hosts, nth: number, fate: Fate): Promise<boolean> {
  const broken = breaking(nth, fate)
  const { rig, sendAll, atHost } = hosts[host](broken, fate)
  const created = await until(201, rig, () => rig.create(size))
  const id = created.headers.get('Upload-Id') ?? ''
  await sendAll(created)
  await until(200, rig, () => rig.ask('POST', `${id}/finalize`))
  for (let turn = 0; turn < tries; turn += 1) {
    rig.pass(15_000)
    // It is called again and again, and may fail.
    await rig.gateway.videos.follow().catch(() => {})
  }
  const failed = broken.mend()
  expect(await rig.ask('GET', id)).toMatchObject({ json: { state: 'ready', percent: 100 } })
  // What was begun and nobody knows of is gone when its time is over.
  for (let turn = 0; turn < 3; turn += 1) {
    rig.pass(3 * 86_400_000)
    await rig.gateway.videos.follow()
  }
  expect(atHost()).toEqual([host === 'cloudflare' ? 'clip' : 'video'])
  expect(await rig.ask('GET', '?state=ready')).toMatchObject({ json: [{ id }] })
  return failed
}

test.each(Object.keys(hosts).flatMap((host) => fates.map((fate) => ({ host: host as keyof typeof hosts, ...fate }))))(
  '$host: whichever call of its $what fails $when it is done, the video is there in the end, once',
  async ({ host, ...fate }) => {
    let nth = 1
    while (
      await survives(host, nth, fate).catch((cause: unknown) => {
        throw new Error(`Call ${nth}: ${String(cause)}`, { cause })
      })
    )
      nth += 1
    expect(nth).toBeGreaterThan(5)
  },
)
