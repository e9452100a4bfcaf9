import type { HostedVideo } from '@chunkwise/client'

import { gatewayOf, type HostName, type Person } from './hosts.ts'

/** A video as the gateway lists it. */
export interface ListedVideo extends HostedVideo {
  /** Bytes. */
  readonly size: number
  readonly metadata: Readonly<Record<string, string>>
}

/** A gateway as its page speaks to it, beside the uploads. */
export interface GatewayClient {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** Where a video is. */
  address(id: string): string
  /** The person's videos, newest first. */
  list(): Promise<readonly ListedVideo[]>
  /** Drops a video, also at the host. */
  remove(id: string): Promise<void>
}

export function connectGateway(host: HostName, as: Person): GatewayClient {
  const endpoint = gatewayOf(host)
  const headers = { Authorization: `Token ${as}` }
  const address = (id: string): string => `${endpoint}${id}`

  async function ask(method: 'GET' | 'DELETE', url: string, what: string): Promise<Response> {
    const response = await fetch(url, { method, headers })
    // What is not there any more is dropped.
    if (response.ok || (method === 'DELETE' && response.status === 404)) return response
    throw new Error(`Cannot ${what}: the gateway answers ${response.status}. Try it again.`)
  }

  return {
    ...{ endpoint, headers, address },
    async list() {
      const response = await ask('GET', endpoint, 'list the videos')
      // Our own server's word.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the same build as this page
      return (await response.json()) as readonly ListedVideo[]
    },
    remove: async (id) => void (await ask('DELETE', address(id), 'delete the video')),
  }
}
