import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import type { Candidate } from './candidates.ts'

/** Bytes, minified and gzipped, each file by itself as they go over the wire. */
export interface Size {
  /** What a page loads at once, styles included. */
  readonly start: number
  /** What it loads later: when an upload begins. */
  readonly later: number
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The folder of a package that is installed here. */
export const folderOf = (name: string): string => here(`../node_modules/${name}`)

/** Bundles a candidate as an app would, with the bundler that holds our limits too (size-limit), and weighs it. */
export async function measure({ package: name, taken, without = [] }: Candidate): Promise<Size> {
  if ('file' in taken) return measureFiles(folderOf(name), taken.file, taken.later)
  const { outputFiles, metafile } = await build({
    entryPoints: [here(`entries/${taken.entry}.js`)],
    ...{ bundle: true, minify: true, splitting: true, format: 'esm', platform: 'browser' },
    ...{ write: false, metafile: true, outdir: here('out'), logLevel: 'warning' },
    external: [...without],
  })
  const weights = new Map(outputFiles.map(({ path, contents }) => [basename(path), weigh(contents)]))
  const { start, later } = parts(metafile)
  const total = (files: readonly string[]): number =>
    files.reduce((bytes, file) => bytes + (weights.get(basename(file)) ?? 0), 0)
  return { start: total(start), later: total(later) }
}

async function measureFiles(folder: string, file: string, later: readonly string[]): Promise<Size> {
  const weighed = async (file: string): Promise<number> => weigh(await readFile(join(folder, file)))
  const all = await Promise.all(later.map(weighed))
  return { start: await weighed(file), later: all.reduce((sum, bytes) => sum + bytes, 0) }
}

/** The files of a bundle: those that a page loads at once, and those that come when an upload begins. */
export function parts({ outputs }: Pick<Metafile, 'outputs'>): { readonly start: string[]; readonly later: string[] } {
  const start = new Set<string>()
  function add(file: string): void {
    if (start.has(file)) return
    start.add(file)
    for (const { kind, path } of outputs[file]?.imports ?? []) if (kind === 'import-statement') add(path)
  }
  for (const [file, { entryPoint }] of Object.entries(outputs))
    // A style is in the page from the beginning.
    if (file.endsWith('.css') || entryPoint?.includes('entries/')) add(file)
  // What few pages need of the hash comes to few pages.
  const later = Object.keys(outputs).filter((file) => !start.has(file) && !basename(file).startsWith('hash-more'))
  return { start: [...start], later }
}

const weigh = (content: Uint8Array): number => gzipSync(content, { level: 9 }).length
