import type { UserConfig } from 'tsdown'

// Two builds of one source. For bundlers: `index.js`, what it loads later, and `hash.worker.js`, which is the worker and,
// imported by a page that may have none, the hash for its own thread. For a script tag: `chunkwise.global.js` and `chunkwise.hash.js`, the
// same two as classic scripts.

const parts = /[\\/]checksum[\\/]parts\.ts$/

const hashBeside = {
  name: 'hash-beside',
  transform: {
    filter: { id: parts },
    handler: (code: string): string => code.replaceAll('./worker.ts', './hash.worker.js'),
  },
  resolveId: {
    filter: { id: /hash\.worker\.js$/ },
    handler: (id: string): { id: string; external: true } => ({ id, external: true }),
  },
}

const hashByTag = {
  name: 'hash-by-tag',
  resolveId: {
    filter: { id: /[\\/]parts\.ts$/ },
    handler: (): string => new URL('src/checksum/parts.global.ts', import.meta.url).pathname,
  },
}

const target = 'es2022'
// Whole from the source, so that what nobody calls is left out of the packages beside us too.
const inputOptions = { resolve: { conditionNames: ['@chunkwise/source', 'browser', 'import', 'default'] } }
const alone = {
  target,
  inputOptions,
  deps: { alwaysBundle: [/.*/], onlyBundle: false as const },
  dts: false,
  minify: true,
}

const configs: UserConfig[] = [
  {
    entry: ['src/index.ts'],
    target,
    format: 'esm',
    platform: 'browser',
    dts: true,
    plugins: [hashBeside],
    outputOptions: { chunkFileNames: '[name].js' },
  },
  { ...alone, entry: { 'hash.worker': 'src/checksum/worker.ts' }, format: 'esm', platform: 'browser' },
  {
    ...alone,
    entry: { 'chunkwise.global': 'src/global.ts' },
    format: 'iife',
    globalName: 'Chunkwise',
    platform: 'browser',
    plugins: [hashByTag],
    outputOptions: { entryFileNames: '[name].js' },
  },
  {
    ...alone,
    entry: { 'chunkwise.hash': 'src/checksum/worker.ts' },
    format: 'iife',
    globalName: 'ChunkwiseHash',
    platform: 'browser',
    outputOptions: { entryFileNames: '[name].js' },
  },
]

export default configs
