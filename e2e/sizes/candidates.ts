/** Something that uploads, as an app takes it in. */
export interface Candidate {
  readonly name: string
  /** Whose version is told. */
  readonly package: string
  /** What an app writes to have it: a file in `entries`; or a file of the package, for a script tag, and those it loads. */
  readonly taken: { readonly entry: string } | { readonly file: string; readonly later: readonly string[] }
  /** Packages that are the app's own. */
  readonly without?: readonly string[]
}

/** All that are in the table, in its order. */
export const candidates: readonly Candidate[] = [
  { name: 'Chunkwise, one protocol', package: '@chunkwise/client', taken: { entry: 'chunkwise' } },
  { name: 'Chunkwise, all protocols', package: '@chunkwise/client', taken: { entry: 'chunkwise-all' } },
  { name: 'Chunkwise for React', package: '@chunkwise/react', taken: { entry: 'react' }, without: ['react'] },
  { name: 'Chunkwise for Vue', package: '@chunkwise/vue', taken: { entry: 'vue' }, without: ['vue'] },
  { name: 'tus-js-client', package: 'tus-js-client', taken: { entry: 'tus-js-client' } },
  { name: 'Uppy: core, tus', package: '@uppy/core', taken: { entry: 'uppy' } },
  { name: 'UpChunk', package: '@mux/upchunk', taken: { entry: 'upchunk' } },
  {
    name: 'Chunkwise by script tag',
    package: '@chunkwise/client',
    taken: { file: 'dist/chunkwise.global.js', later: ['dist/chunkwise.files.js', 'dist/chunkwise.hash.js'] },
  },
  { name: 'tus-js-client by script tag', package: 'tus-js-client', taken: { file: 'dist/tus.min.js', later: [] } },
  { name: 'Chunkwise, the element, with interface', package: '@chunkwise/element', taken: { entry: 'element' } },
  { name: 'Uppy: core, tus, dashboard, with interface', package: '@uppy/core', taken: { entry: 'uppy-dashboard' } },
  { name: 'FilePond, with interface', package: 'filepond', taken: { entry: 'filepond' } },
]
