import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext } from '@playwright/test'
import type { DiskFile } from '../../support/files.ts'
import { pythonOf } from '../servers/python.ts'
import { startPage } from './browser.ts'
import { startProgram } from './program.ts'
import type { Run } from './run.ts'
import type { Wish } from './wish.ts'

/** Where clients run, and what they leave for those that come after them. */
export interface Surroundings {
  readonly context: BrowserContext
  /** Origin of the pages. */
  readonly site: string
  /** For what programs remember. */
  readonly folder: string
}

/** All of them, in the order of the table. */
export const clientNames = [
  'tus-js-client 4.3.1, Node',
  'tus-js-client 4.3.1, Chromium',
  'tus-js-client 5.0.0-pre2, Node',
  'tus-js-client 5.0.0-pre2, Chromium',
  'Uppy 6.3.1, Chromium',
  'tuspy 1.1.0',
] as const
/** One of {@link clientNames}. */
export type ClientName = (typeof clientNames)[number]

/** Starts an upload in a client. */
export type Start = (file: DiskFile, wish: Wish, surroundings: Surroundings) => Promise<Run>

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const inNode =
  (version: string): Start =>
  async ({ path }, wish, { folder }) =>
    startProgram(process.execPath, ['--import', 'tsx', pathOf('tus-js-client.ts'), version], {
      ...{ path, wish, memory: join(folder, 'memory.json') },
    })

const inPage =
  (client: Parameters<typeof startPage>[2]): Start =>
  (file, wish, { context, site }) =>
    startPage(context, site, client, file, wish)

const starts: Readonly<Record<ClientName, Start>> = {
  'tus-js-client 4.3.1, Node': inNode('4.3.1'),
  'tus-js-client 4.3.1, Chromium': inPage('4.3.1'),
  'tus-js-client 5.0.0-pre2, Node': inNode('5.0.0-pre2'),
  'tus-js-client 5.0.0-pre2, Chromium': inPage('5.0.0-pre2'),
  'Uppy 6.3.1, Chromium': inPage('uppy'),
  'tuspy 1.1.0': async ({ path }, wish, { folder }) =>
    startProgram(await pythonOf('tuspy-1.1.0'), [pathOf('tuspy_upload.py')], {
      ...{ path, wish, memory: join(folder, 'memory.json') },
    }),
}

/** How a client is started. */
export const startOf = (name: ClientName): Start => starts[name]
