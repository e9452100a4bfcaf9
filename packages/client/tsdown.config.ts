import type { UserConfig } from 'tsdown'

// Two builds of one source. For bundlers: `index.js`, what it loads later, and the two files of the hash, `hash.worker.js`
// and, for the few pages that need more, `hash-more.worker.js`: each a worker and, imported by a page that may have none,
// the hash for its own thread. For a script tag the same as classic scripts: `chunkwise.global.js`, `chunkwise.files.js`, which it
// loads before the first upload, `chunkwise.hash.js` and `chunkwise.hash-more.js`.

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

/** Puts `<name>.global.ts` in the place of the source files with such names. */
const forTag = (...replacements: readonly URL[]): UserConfig['plugins'] =>
  replacements.map(({ pathname }) => {
    const name = pathname.replace(/^.*\/(\w+)\.global\.ts$/, '$1')
    return {
      name: `${name}-for-tag`,
      resolveId: { filter: { id: new RegExp(`[\\\\/]${name}\\.ts$`) }, handler: (): string => pathname },
    }
  })

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

const script: UserConfig = {
  ...alone,
  format: 'iife',
  platform: 'browser',
  outputOptions: { entryFileNames: '[name].js' },
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
  worker('hash'),
  worker('hash-more'),
  {
    ...script,
    entry: { 'chunkwise.global': 'src/global.ts' },
    globalName: 'Chunkwise',
    plugins: forTag(new URL('./src/checksum/load.global.ts', import.meta.url)),
  },
  {
    ...script,
    entry: { 'chunkwise.files': 'src/checksum/hashing.ts' },
    globalName: 'ChunkwiseFiles',
    plugins: forTag(
      new URL('./src/checksum/parts.global.ts', import.meta.url),
      new URL('./src/errors.global.ts', import.meta.url),
    ),
  },
  { ...script, entry: { 'chunkwise.hash': 'src/checksum/hash.worker.ts' }, globalName: 'ChunkwiseHash' },
  { ...script, entry: { 'chunkwise.hash-more': 'src/checksum/hash-more.worker.ts' }, globalName: 'ChunkwiseHashMore' },
]

export default configs
