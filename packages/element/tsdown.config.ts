import type { UserConfig } from 'tsdown'

// For bundlers the element and its second language, beside the client; for a script tag one file with the client in it, and
// beside it what the client loads when an upload begins.

const client = new URL('../client/', import.meta.url)
const loadedLater = ['chunkwise.files.js', 'chunkwise.hash.js', 'chunkwise.hash-more.js']

/** What the client's own build for a script tag puts in the place of its module that loads. */
const loadBesideScript = {
  name: 'load-beside-script',
  resolveId: {
    filter: { id: /[\\/]checksum[\\/]load\.ts$/ },
    handler: (): string => new URL('src/checksum/load.global.ts', client).pathname,
  },
}

/** Styles without the white space that is for reading. */
const shortStyle = {
  name: 'short-style',
  transform: {
    filter: { id: /\.style\.ts$/ },
    handler: (code: string): string => code.replaceAll(/\n\s*/g, '\n').replaceAll(/ ([{}]) ?/g, '$1'),
  },
}

const configs: UserConfig[] = [
  {
    entry: { index: 'src/index.ts', german: 'src/texts/german.ts' },
    target: 'es2022',
    format: 'esm',
    platform: 'browser',
    dts: true,
    plugins: [shortStyle],
    outputOptions: { chunkFileNames: '[name].js' },
  },
  {
    entry: { 'chunkwise-element.global': 'src/global.ts' },
    target: 'es2022',
    format: 'iife',
    platform: 'browser',
    globalName: 'Chunkwise',
    inputOptions: { resolve: { conditionNames: ['@chunkwise/source', 'browser', 'import', 'default'] } },
    deps: { alwaysBundle: [/.*/], onlyBundle: false },
    dts: false,
    minify: true,
    plugins: [loadBesideScript, shortStyle],
    outputOptions: { entryFileNames: '[name].js' },
    copy: loadedLater.map((name) => new URL(`dist/${name}`, client).pathname),
  },
]

export default configs
