import type { RequestListener } from 'node:http'
import { tokenAuth } from '@chunkwise/server'
import { arvanVod, cloudflareStream, type Gateway } from '@chunkwise/server/gateway'
import { nodeListener, type Mountable } from '@chunkwise/server/node'
import { arvanVodDouble, cloudflareStreamDouble } from '@chunkwise/testing/doubles'

import { fakeHostsPath, gatewayOf, people } from '../../src/video/hosts.ts'
import { fakeHost } from './fake-host.ts'
import { slowly } from './slowly.ts'

/** Gateways to video hosts, and doubles of these hosts: nothing leaves the machine, and bytes are counted only. */
export interface VideoHosts {
  /** Answers what is theirs. */
  readonly listen: RequestListener
  close(): Promise<void>
}

// So long that each state can be seen.
const processingMs = 15_000

// What a demo is tried with by a person in a hurry is more than one user of an app should have.
const policy = { pending: 50, creationsPerMinute: 100 }

const isFilm = /\.(?:mp4|m4v|mov|mkv|webm|avi)$/i

/**
 * Sets both gateways up, each over the double of its host. Records are in memory, as what the doubles know is: after a new start
 * a record on the disk would tell of a video that its host has never heard of.
 *
 * @param otherwise answers what is under another path
 */
export function createVideoHosts(otherwise: RequestListener): VideoHosts {
  const cloudflare = cloudflareStreamDouble({
    processingMs,
    objection: (name) => (isFilm.test(name) ? undefined : 'ERR_NON_VIDEO'),
  })
  const arvan = arvanVodDouble({ processingMs })
  const authenticate = tokenAuth(Object.fromEntries(people.map((person) => [person, person])))
  const shared = { authenticate, policy }
  const toCloudflare = cloudflareStream({
    ...{ ...shared, path: gatewayOf('cloudflare'), accountId: 'account', apiToken: 'token' },
    fetch: fetchFrom(cloudflare),
  })
  const toArvan = arvanVod({
    ...{ ...shared, path: gatewayOf('arvan'), apiKey: 'key', channelId: 'channel' },
    fetch: fetchFrom(slowly(arvan)),
  })
  const mounted = [
    ...[named(toCloudflare), toArvan],
    fakeHost('cloudflare', Object.assign(slowly(cloudflare), { fail: cloudflare.fail })),
    fakeHost('arvan', arvan),
  ].map((each) => nodeListener(each))

  return {
    listen: mounted.reduceRight<RequestListener>(
      (next, listener) => (request, response) => listener(request, response, () => next(request, response)),
      otherwise,
    ),
    close: async () => void (await Promise.all([toCloudflare.close(), toArvan.close()])),
  }
}

const fetchFrom =
  (answer: (request: Request) => Promise<Response>): typeof fetch =>
  async (input, init) =>
    answer(new Request(input, init))

/** The host has no name that a browser could find: where it is to go there, it is sent to the host's place on this server. */
function named(gateway: Gateway): Mountable {
  async function answer(request: Request): Promise<Response> {
    const response = await gateway(request)
    const place = response.headers.get('Location')
    if (place === null) return response
    const { pathname, search } = new URL(place)
    response.headers.set('Location', `${fakeHostsPath}cloudflare${pathname}${search}`)
    return response
  }
  return Object.assign(answer, { owns: gateway.owns })
}
