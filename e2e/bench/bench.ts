import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium, type Browser, type CDPSession, type Page } from 'playwright'
import { chromium as launchOptions } from '../../.config/launch.ts'
import type { BenchOptions } from './arguments.ts'
import { isOutside, type ClientKind, type ServerKind } from './candidates.ts'
import { openCalmDisk } from './calm-disk.ts'
import { findBrowser } from '../run/find-browser.ts'
import { bundlePage } from './page/bundle.ts'
import { startOutside } from './server/outside.ts'
import { startServerProcess, type ServerProcess, type ServerProcessOptions } from './server/process.ts'
import { makeSourceFile, type SourceFile } from './source-file.ts'
import { verifyAndRemove } from './stored-file.ts'

/** A page on the origin of a server, with the file chosen and the client loaded. */
export interface Visit {
  readonly page: Page
  readonly devtools: CDPSession
  /** Chooses the file again, after a reload. */
  choose(): Promise<void>
  close(): Promise<void>
}

/** What measurements are taken with: a browser, a file, servers. */
export interface Bench {
  readonly options: BenchOptions
  readonly browser: Browser
  readonly file: SourceFile
  /** Folder for what a measurement leaves behind; made. */
  readonly out: string
  /** A server of its own; stopped with the bench at the latest. */
  start(
    kind: ServerKind,
    more?: Pick<ServerProcessOptions, 'onAnswered' | 'profiles' | 'wasm' | 'checksum'>,
  ): Promise<ServerProcess>
  /** `paths`: what is chosen, unless it is the file. */
  visit(server: Pick<ServerProcess, 'url'>, client: ClientKind, paths?: readonly string[]): Promise<Visit>
  /**
   * Compares what a server has stored with the file, the bench's own unless told; removes it, and waits until the disk has done
   * with it.
   */
  verify(server: ServerProcess, file?: SourceFile): Promise<void>
  /** Waits until the disk has done with what was removed. */
  calm(): Promise<void>
  say(line: string): void
  close(): Promise<void>
}

/** Opens what all measurements share. */
export async function openBench(options: BenchOptions): Promise<Bench> {
  const { size, source } = options
  const found = await findBrowser('chromium')
  if ('missing' in found) throw new Error(found.missing)
  const [dir, out] = [resolve(options.dir), resolve(options.out)]
  const [pages, stored] = [join(dir, 'pages'), join(dir, 'stored')]
  await mkdir(out, { recursive: true })
  await rm(stored, { recursive: true, force: true })
  await bundlePage(pages, source)
  const file = await makeSourceFile(dir, size)
  const browser = await chromium.launch({ ...launchOptions, executablePath: found.use })
  const disk = await openCalmDisk(dir)
  const servers: ServerProcess[] = []
  return {
    options,
    browser,
    file,
    out,
    async start(kind, more = {}) {
      const own = join(stored, `${servers.length}-${kind}`)
      const server = await (isOutside(kind)
        ? startOutside(kind, own, pages)
        : startServerProcess({ kind, pages, source, dir: own, ...more }))
      servers.push(server)
      return server
    },
    async visit(server, client, paths = [file.path]) {
      // A profile of its own each time: nobody finds what an earlier upload remembered.
      const context = await browser.newContext()
      const page = await context.newPage()
      page.on('pageerror', (error) => console.error(error))
      const choose = async (): Promise<void> => {
        await page.locator('input').setInputFiles(paths)
        await page.waitForFunction(() => 'bench' in window)
        await page.evaluate((kind) => window.bench.load(kind), client)
      }
      await page.goto(server.url)
      await choose()
      return { page, devtools: await context.newCDPSession(page), choose, close: () => context.close() }
    },
    async verify(server, sent = file) {
      await verifyAndRemove(server.dir, sent)
      await disk.calm()
    },
    calm: disk.calm,
    say: (line) => console.log(line),
    async close() {
      await browser.close()
      await disk.close()
      for (const server of servers) await server.stop()
      await rm(stored, { recursive: true, force: true })
    },
  }
}
