import { readFile } from 'node:fs/promises'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import type { Browser } from 'playwright'

/** What the figures were taken on. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  /** Bytes. */
  readonly memory: number
  readonly system: string
  readonly node: string
  readonly chromium: string
  /** Of the peers. */
  readonly versions: Readonly<Record<string, string>>
  /** Processes that wanted a core in the last minute before the run: what else the machine was doing. */
  readonly load: number
}

const peers = ['tus-js-client', '@uppy/core', '@uppy/tus', '@mux/upchunk', '@tus/server', '@tus/file-store'] as const

export async function describeMachine(browser: Browser): Promise<Machine> {
  const [load = NaN] = loadavg()
  const processors = cpus()
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    chromium: browser.version(),
    versions: await versionsOf(peers),
    load,
  }
}

/** The machine in a sentence. */
export function sentence({ processor, cores, memory, system, node, chromium, versions, load }: Machine): string {
  const others = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const gib = Math.round(memory / 1024 ** 3)
  return `${processor}, ${cores} cores, ${gib} GiB, ${system}; Node ${node}, Chromium ${chromium}, ${others.join(', ')}; load before the run ${load.toFixed(1)}.`
}

// They are pinned, so what is asked for is what is there.
async function versionsOf(names: readonly string[]): Promise<Record<string, string>> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(text)
  return Object.fromEntries(names.map((name) => [name, devDependencies[name] ?? 'unknown']))
}
