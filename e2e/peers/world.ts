import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { openNetwork, type Network } from '../support/network.ts'
import { servePages } from '../support/pages.ts'
import type { Peer, Running } from './peers.ts'

/** What a page is told of the server, besides its address. */
export interface PageOptions {
  /** Under which the project mounts the app. Default `uploads`. */
  readonly mount?: string
  /** Options of the protocol, beside those that the peer wants. */
  readonly own?: Readonly<Record<string, unknown>>
  /** The value of the header `Authorization`. */
  readonly token?: string
  /** The page comes from another origin than the server. */
  readonly elsewhere?: boolean
  /** Options of the uploader. */
  readonly [option: string]: unknown
}

/** A peer, the way to it, and pages that upload to it. */
export interface World {
  readonly peer: Peer
  readonly running: Running
  readonly network: Network
  /** Where the page is, and the API below `/api/`. */
  readonly origin: string
  /** Opens a page that uploads to a mount of the peer. */
  open(page: Page, options?: PageOptions): Promise<void>
  close(): Promise<void>
}

/** Puts the way and the pages in front of a peer that runs. */
export async function openWorld(peer: Peer, running: Running, pages: string): Promise<World> {
  const site = createServer(servePages(pages)).listen(0, '127.0.0.1')
  await once(site, 'listening')
  // A server that listens on a port has an address of this form.
  const { port } = site.address() as AddressInfo
  const network = await openNetwork((path) => (/\.(html|js)(\?|$)/.test(path) ? port : running.port))
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-front-'))
  const front = await peer.front?.(folder, network.url)
  const origin = front?.origin ?? network.url

  return {
    ...{ peer, running, network, origin },
    async open(page, { mount = 'uploads', own, token, elsewhere = false, ...options } = {}) {
      // No copies: what a reload needs again is the file itself.
      const settings = { copies: { file: 0 }, ...settingsFor(peer, `/api/${mount}/`, own), ...options }
      const query = new URLSearchParams({ options: JSON.stringify(settings), ...(token !== undefined && { token }) })
      const from = elsewhere ? origin.replace('127.0.0.1', 'localhost') : origin
      await page.context().addCookies(peer.protocol === 'iriChunkedUploads' ? [await sessionAt(page, from)] : [])
      // What its views want of everybody comes with the pages of the project.
      if (peer.protocol === 'djangoChunkedUpload') await page.goto(`${from}/ping/`)
      await page.goto(`${from}/harness.html?${query}`)
    },
    async close() {
      await front?.close()
      await network.close()
      site.closeAllConnections()
      site.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

// Where the peer is, and what tells the client of it.
function settingsFor({ protocol, options }: Peer, endpoint: string, own: PageOptions['own']): Record<string, unknown> {
  const its = { ...views[protocol]?.(endpoint), ...options, ...own }
  if (protocol !== 'iriChunkedUploads') return { endpoint, protocol: [protocol, its] }
  return { endpoint: `${endpoint}upload/`, checksum: false, protocol: [protocol, its] }
}

// The views beside the one for chunks.
const views: Partial<Readonly<Record<Peer['protocol'], (mount: string) => Readonly<Record<string, unknown>>>>> = {
  djangoChunkedUpload: (mount) => ({ completeEndpoint: `${mount}complete/` }),
  iriChunkedUploads: (mount) => ({ doneEndpoint: `${mount}upload/done/{uuid}/` }),
}

// A browser that has been there before has a session, which its upload belongs to.
async function sessionAt(page: Page, url: string): Promise<{ name: string; value: string; url: string }> {
  const name = 'sessionid'
  const known = (await page.context().cookies(url)).find((cookie) => cookie.name === name)
  return { name, value: known?.value ?? randomUUID(), url }
}

/**
 * What a page is told where no chunk breaks off on its way: a protocol that cannot know it takes the server at its word then.
 */
export const nothingBreaksOff = ({ peer }: World): PageOptions =>
  peer.protocol === 'djangoTus' ? { own: { buffered: true } } : {}
