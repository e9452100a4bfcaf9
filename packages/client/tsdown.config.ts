import type { UserConfig } from 'tsdown'

// Two builds of one source. For bundlers: `index.js`, what it loads later, and the two files of the hash, `hash.worker.js`
// and, for the few pages that need more, `hash-more.worker.js`: each a worker and, imported by a page that may have none,
// the hash for its own thread. For a script tag: `chunkwise.global.js`, `chunkwise.hash.js` and `chunkwise.hash-more.js`, the
// same as classic scripts.

const parts = /[\\/]checksum[\\/]parts\.ts$/

const hashBeside = {
  name: 'hash-beside',
  transform: {
    filter: { id: parts },
    handler: (code: string): string => code.replaceAll('.worker.ts', '.worker.js'),
  },
  resolveId: {
    filter: { id: /hash(-more)?\.worker\.js$/ },
    handler: (id: string): { id: string; external: true } => ({ id, external: true }),
  },
}

const byTag = {
  name: 'by-tag',
  resolveId: {
    filter: { id: /[\\/](parts|importing)\.ts$/ },
    handler: (id: string): string =>
      new URL(id.replace(/^.*[\\/](\w+)\.ts$/, 'src/checksum/$1.global.ts'), import.meta.url).pathname,
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

const worker = (part: string): UserConfig => ({
  ...alone,
  entry: { [`${part}.worker`]: `src/checksum/${part}.worker.ts` },
  format: 'esm',
  platform: 'browser',
})

const workerByTag = (part: string, globalName: string): UserConfig => ({
  ...alone,
  entry: { [`chunkwise.${part}`]: `src/checksum/${part}.worker.ts` },
  format: 'iife',
  globalName,
  platform: 'browser',
  outputOptions: { entryFileNames: '[name].js' },
})

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
  worker('hash'),
  worker('hash-more'),
  {
    ...alone,
    entry: { 'chunkwise.global': 'src/global.ts' },
    format: 'iife',
    globalName: 'Chunkwise',
    platform: 'browser',
    plugins: [byTag],
    outputOptions: { entryFileNames: '[name].js' },
  },
  workerByTag('hash', 'ChunkwiseHash'),
  workerByTag('hash-more', 'ChunkwiseHashMore'),
]

export default configs
