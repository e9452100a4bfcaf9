import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer, Running } from './peers.ts'
import { startSite } from './servers/gunicorn.ts'
import { startProgram } from './servers/program.ts'
import { tusd } from './servers/tusd.ts'
import { storedIn } from './stored-in.ts'

/** Servers of tus and of the IETF draft, in the order of the table. */
export const tusPeerNames = [
  'tusd 2.10.0',
  'tusd 2.10.0, draft',
  '@tus/server 2.4.5',
  'django-tus 0.5.0',
  'ours, tus',
  'ours, draft',
] as const
/** One of {@link tusPeerNames}. */
export type TusPeerName = (typeof tusPeerNames)[number]

type Start = Peer['start']

/** A server that is one process and keeps all in one folder. */
const program =
  (file: () => Promise<string>, args: (port: string, folder: string) => readonly string[]): Start =>
  async (folder) => {
    await mkdir(folder, { recursive: true })
    const server = await startProgram(await file(), (port) => args(String(port), folder))
    return { ...server, stored: (upload) => storedIn(folder, upload) }
  }

const tusdWith = (...more: readonly string[]): Start =>
  program(tusd.path, (port, folder) => [
    ...['-host', '127.0.0.1', '-port', port, '-base-path', '/api/uploads/', '-upload-dir', folder],
    ...more,
  ])

/** A program of `servers` in Node. */
const inNode = (name: string, ...more: readonly string[]): Start =>
  program(
    async () => process.execPath,
    (port, folder) => [
      ...['--import', 'tsx', fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url))],
      ...[port, folder, ...more],
    ],
  )

const djangoTus: Start = async (folder, env) => {
  const site = await startSite({ requirements: 'django-tus-0.5.0', project: 'tus', folder, env })
  return {
    ...site,
    stored: (file) => storedIn(site.media, file),
    // It knows no DELETE.
    forget: (id) => rm(join(folder, 'unfinished', id)),
  } satisfies Running
}

const setUps: Readonly<Record<TusPeerName, Omit<Peer, 'name'>>> = {
  'tusd 2.10.0': { protocol: 'tus', verifies: false, start: tusdWith() },
  'tusd 2.10.0, draft': {
    ...{ protocol: 'ietf', options: { interop: 6 }, verifies: false },
    start: tusdWith('-enable-experimental-protocol'),
  },
  '@tus/server 2.4.5': { protocol: 'tus', verifies: false, start: inNode('tus-node') },
  'django-tus 0.5.0': { protocol: 'djangoTus', verifies: false, start: djangoTus },
  'ours, tus': { protocol: 'tus', verifies: true, start: inNode('ours', 'tus') },
  'ours, draft': { protocol: 'ietf', verifies: true, start: inNode('ours', 'ietf') },
}

/** The set-up of a name. */
export const tusPeerOf = (name: TusPeerName): Peer => ({ name, ...setUps[name] })
