import { memoryVideos, type VideoStore } from '@chunkwise/server/gateway'
import { expect, test } from 'vitest'
import { breakEach, moments, type Through } from '../support/break-each.ts'
import { arvanRig, cloudflareRig, type Answer, type Rig } from './rig.ts'

/** Whose calls fail. */
const parts = ['host', 'records'] as const
type Part = (typeof parts)[number]

function brokenVideos(through: Through): VideoStore {
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

const gone = (): Error => new Error('socket hang up')

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
  cloudflare(through: Through, part: Part): Subject {
    const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
      through(() => rig.host(new Request(input, init)))
    const rig = cloudflareRig({
      ...(part === 'host' ? { fetch } : { videos: brokenVideos(through) }),
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
  arvan(through: Through, part: Part): Subject {
    const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
      through(() => rig.host(new Request(input, init)))
    const rig = arvanRig(part === 'host' ? { fetch } : { videos: brokenVideos(through) })
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

type HostName = keyof typeof hosts

/** Has a video uploaded, and followed to its end. */
async function survives(host: HostName, part: Part, through: Through, mend: () => void): Promise<void> {
  const { rig, sendAll, atHost } = hosts[host](through, part)
  const created = await until(201, rig, () => rig.create(size))
  const id = created.headers.get('Upload-Id') ?? ''
  await sendAll(created)
  await until(200, rig, () => rig.ask('POST', `${id}/finalize`))
  for (let turn = 0; turn < tries; turn += 1) {
    rig.pass(15_000)
    // It is called again and again, and may fail.
    await rig.gateway.videos.follow().catch(() => {})
  }
  mend()
  expect(await rig.ask('GET', id)).toMatchObject({ json: { state: 'ready', percent: 100 } })
  // What was begun and nobody knows of is gone when its time is over.
  for (let turn = 0; turn < 3; turn += 1) {
    rig.pass(3 * 86_400_000)
    await rig.gateway.videos.follow()
  }
  expect(atHost()).toEqual([host === 'cloudflare' ? 'clip' : 'video'])
  expect(await rig.ask('GET', '?state=ready')).toMatchObject({ json: [{ id }] })
}

const courses = (['cloudflare', 'arvan'] as const).flatMap((host) =>
  parts.flatMap((part) => moments.map((moment) => ({ host, part, moment }))),
)

test.each(courses)(
  '$host: whichever call of its $part fails $moment it is done, the video is there in the end, once',
  async ({ host, part, moment }) => {
    const calls = await breakEach(moment, gone, (through, mend) => survives(host, part, through, mend))
    expect(calls).toBeGreaterThan(5)
  },
)
