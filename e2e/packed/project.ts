/** An app that has our packages from the registry and nothing of this repository. */
export interface Project {
  /** The folder of what it has of its own, under `projects/`. */
  readonly name: ProjectName
  /** What it installs: our packages are those that were packed, all others have the versions that `e2e` has. */
  readonly dependencies: readonly string[]
  /** What a document says an app should write: which of its blocks of a language goes into which file. */
  readonly written: readonly Written[]
  /** Files of its dependencies that it serves as they are, by their folder there. */
  readonly served?: { readonly from: string; readonly files: RegExp }
  /** Its own commands, one after the other: the tool and its arguments. */
  readonly builds: readonly (readonly [tool: string, ...args: string[]])[]
  /** The folder of its pages once it is built. */
  readonly pages: string
}

/** A block of code in a document, and where it goes. */
export interface Written {
  readonly file: string
  /** From the repository's folder. */
  readonly document: string
  readonly language: string
  /** Counts the blocks of this language from 0. */
  readonly block: number
  /** What stands around it in the file. */
  readonly before?: string
  readonly after?: string
}

export type ProjectName = 'react' | 'vue' | 'webpack' | 'script-tag' | 'element' | 'node'

// A page that asks for no icon, since there is none.
const page = '<!doctype html>\n<meta charset="utf-8" />\n<title>Uploads</title>\n<link rel="icon" href="data:," />\n'

// The page of the README shows nothing.
const list = `<output></output>
<script>
  uploader.subscribe(({ uploads }) => {
    document.querySelector('output').textContent = uploads.map(({ getState }) => getState().status)
  })
</script>
`

// Our types are looked at too (no `skipLibCheck`), by settings as strict as an app may have.
const types = [
  ...['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--jsx', 'react-jsx', '--types', 'react'],
  ...['--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'],
]

/** All of them. */
export const projects: readonly Project[] = [
  {
    name: 'react',
    dependencies: [
      ...['@chunkwise/react', '@chunkwise/client', 'react', 'react-dom', 'vite', '@vitejs/plugin-react'],
      ...['typescript', '@types/react'],
    ],
    written: [{ file: 'src/uploads.tsx', document: 'packages/react/README.md', language: 'tsx', block: 0 }],
    builds: [
      ['tsc', ...types, 'src/uploads.tsx'],
      ['vite', 'build'],
      ['vite', 'build', '--ssr', 'src/uploads.tsx', '--outDir', 'on-server'],
    ],
    pages: 'dist',
  },
  {
    name: 'vue',
    dependencies: ['@chunkwise/vue', '@chunkwise/client', 'vue', 'vite', '@vitejs/plugin-vue'],
    written: [
      { file: 'src/Uploads.vue', document: 'packages/vue/README.md', language: 'vue', block: 0 },
      { file: 'src/UploadRow.vue', document: 'packages/vue/README.md', language: 'vue', block: 1 },
    ],
    builds: [
      ['vite', 'build'],
      ['vite', 'build', '--ssr', 'src/Uploads.vue', '--outDir', 'on-server'],
    ],
    pages: 'dist',
  },
  {
    name: 'webpack',
    dependencies: ['@chunkwise/client', 'webpack'],
    written: [
      { file: 'src/index.js', document: 'packages/client/README.md', language: 'js', block: 0 },
      { file: 'dist/index.html', document: 'packages/client/README.md', language: 'html', block: 0, before: page },
    ],
    builds: [['node', 'build.js']],
    pages: 'dist',
  },
  {
    name: 'script-tag',
    dependencies: ['@chunkwise/client'],
    written: [{ file: 'index.html', document: 'README.md', language: 'html', block: 0, before: page, after: list }],
    served: { from: '@chunkwise/client/dist', files: /^chunkwise\..*\.js$/ },
    builds: [],
    pages: '.',
  },
  {
    name: 'element',
    dependencies: ['@chunkwise/element'],
    written: [{ file: 'index.html', document: 'packages/element/README.md', language: 'html', block: 0, before: page }],
    served: { from: '@chunkwise/element/dist', files: /^chunkwise.*\.js$/ },
    builds: [],
    pages: '.',
  },
  {
    name: 'node',
    dependencies: ['client', 'server', 'element', 'protocol', 'testing'].map((name) => `@chunkwise/${name}`),
    written: [{ file: 'protocol.js', document: 'packages/protocol/README.md', language: 'js', block: 0 }],
    builds: [],
    pages: '.',
  },
]
