import type { DiskFile } from '../support/files.ts'
import { startFork, startIri } from './doubles.ts'
import { type SiteOptions, startSite } from './servers/gunicorn.ts'
import { startTlsProxy } from './servers/tls-proxy.ts'
import { storedIn } from './stored-in.ts'

/** A server that other people wrote, as it runs for the tests. */
export interface Running {
  /** Of its API, over plain HTTP. */
  readonly port: number
  /** How many finished files that it keeps hold the bytes of this one, by size and MD5. */
  stored(file: DiskFile): Promise<number>
  /** Drops an upload behind the client's back, where the server has no request for that. */
  forget?(id: string): Promise<void>
  /** Kills the processes that answer, whatever they do; others take their place. */
  killWorkers?(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

/** What is in front of a server and the way to it; `origin` is where browsers go. */
export interface Front {
  readonly origin: string
  close(): Promise<void>
}

/** A set-up that people have. */
export interface Peer {
  readonly name: string
  /** Of the client, by the name it has in the script tag. */
  readonly protocol: 'drfChunkedUpload' | 'djangoChunkedUpload' | 'iriChunkedUploads' | 'tus' | 'ietf' | 'djangoTus'
  /** What the protocol is told of it. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Whether it compares checksums. */
  readonly verifies: boolean
  /** @param folder for all that it keeps; a new one */
  start(folder: string, env: Readonly<Record<string, string>>): Promise<Running>
  /** @param folder for all that it keeps; a new one. @param upstream where it hands on what it does not refuse itself */
  front?(folder: string, upstream: string): Promise<Front>
}

/** All of them, in the order of the table. */
export const peerNames = [
  'drf-chunked-upload 0.6.0',
  'drf-chunked-upload 0.6.0, nginx, TLS',
  'drf-chunked-upload 0.5.1',
  'm3hrdadfi fork (double)',
  'django-chunked-upload 2.0',
  'django-chunked-uploads (double)',
] as const
/** One of {@link peerNames}. */
export type PeerName = (typeof peerNames)[number]

const django =
  (options: Pick<SiteOptions, 'requirements' | 'project'>): Peer['start'] =>
  async (folder, env) => {
    const site = await startSite({ ...options, folder, env })
    return { ...site, stored: (file) => storedIn(site.media, file) }
  }

const drf = { protocol: 'drfChunkedUpload', verifies: true } as const
const drf060 = django({ requirements: 'drf-0.6.0', project: 'drf' })
const drf051 = django({ requirements: 'drf-0.5.1', project: 'drf' })
const chunked = django({ requirements: 'django-chunked-upload-2.0', project: 'chunked' })

const setUps: Readonly<Record<PeerName, Omit<Peer, 'name'>>> = {
  'drf-chunked-upload 0.6.0': { ...drf, start: drf060 },
  'drf-chunked-upload 0.6.0, nginx, TLS': { ...drf, start: drf060, front: startTlsProxy },
  'drf-chunked-upload 0.5.1': { ...drf, start: drf051 },
  'm3hrdadfi fork (double)': { ...drf, start: startFork },
  'django-chunked-upload 2.0': { protocol: 'djangoChunkedUpload', verifies: true, start: chunked },
  'django-chunked-uploads (double)': { protocol: 'iriChunkedUploads', verifies: false, start: startIri },
}

/** The set-up of a name. */
export const peerOf = (name: PeerName): Peer => ({ name, ...setUps[name] })
