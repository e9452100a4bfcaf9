import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { Plugin, UserConfig } from 'vite'

import { pageHeader } from './page-header.ts'
import { pageSources } from './page-sources.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const packages = new URL('../packages/', import.meta.url)

// What the script tag loads, and what that loads in turn when an upload begins: they must lie side by side.
const scripts = ['chunkwise.global.js', 'chunkwise.files.js', 'chunkwise.hash.js', 'chunkwise.hash-more.js']
// The element brings the client with it, which loads the same files.
const elementScript = 'chunkwise-element.global.js'
const all: readonly string[] = [...scripts, elementScript]

/** Puts the files for the script tag beside the pages, so that what was built is a plain static site. */
function scriptTag(): Plugin {
  return {
    name: 'chunkwise-script-tag',
    async generateBundle() {
      for (const fileName of all) this.emitFile({ type: 'asset', fileName, source: await read(fileName) })
    },
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const name = all.find((script) => request.url === `/${script}`)
        if (name === undefined) return next()
        read(name).then((source) => response.setHeader('Content-Type', 'text/javascript').end(source), next)
      })
    },
  }
}

function read(name: string): Promise<Buffer> {
  const path = `${name === elementScript ? 'element' : 'client'}/dist/${name}`
  return readFile(new URL(path, packages)).catch((cause: unknown) => {
    throw new Error(`Cannot find packages/${path}: build the packages first (pnpm build)`, { cause })
  })
}

// Each page is one HTML file here, with an entry of its own in src.
const pages = (await readdir(root)).filter((name) => name.endsWith('.html')).map((name) => root + name)

const config: UserConfig = {
  root,
  appType: 'mpa',
  plugins: [vue(), pageHeader(), pageSources(), scriptTag()],
  // Where finished files are told of, where the laboratory has its server, and where video hosts are: only serve.ts does that.
  define: { __KEPT__: 'undefined', __LAB__: 'undefined', __HOSTS__: 'undefined' },
  build: { target: 'es2022', assetsInlineLimit: 0, rolldownOptions: { input: pages } },
}

export default config
