import { existsSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type UserConfig, defineConfig, type MarkdownRenderer } from 'vitepress'
import { linkOf, placeOf } from './places.ts'
import { sidebar } from './sidebar.ts'
import { slugOf } from './slug.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const isPage = (path: string): boolean => existsSync(join(root, path))

// A page becomes a component wherever it is, and would look for Vue beside itself.
const plugins: NonNullable<UserConfig['vite']>['plugins'] = [
  {
    name: 'vue-from-here',
    enforce: 'pre',
    resolveId(id, importer) {
      if (!/^vue(\/|$)/.test(id) || !importer?.endsWith('.md')) return undefined
      return this.resolve(id, fileURLToPath(import.meta.url))
    },
  },
]

// The pages stay what they are in the repository, links included: the site is made of those of three folders.
export default defineConfig({
  title: 'Chunkwise',
  description: 'Large uploads from the browser that do not get lost',
  srcDir: '..',
  srcExclude: ['.*/**', 'e2e/**', 'demo/**', '**/CHANGELOG.md'],
  rewrites: placeOf,
  cleanUrls: true,
  lang: 'en',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  // A page of the API is a long list: what is in it is what one looks for.
  transformPageData: ({ relativePath, frontmatter }) =>
    relativePath.startsWith('api/') ? { frontmatter: { ...frontmatter, outline: 2 } } : undefined,
  markdown: { config: followLinks, anchor: { slugify: slugOf }, languageAlias: { caddyfile: 'nginx' } },
  vite: {
    plugins,
    // The index of the search, and the API of the client, which are loaded when somebody wants them.
    build: { chunkSizeWarningLimit: 1500 },
  },
  themeConfig: {
    sidebar,
    nav: [
      { text: 'Getting started', link: '/getting-started/' },
      { text: 'Recipes', link: '/recipes/' },
      { text: 'Errors', link: '/errors' },
      { text: 'API', link: '/api/' },
    ],
    outline: { level: [2, 3] },
    search: { provider: 'local' },
  },
})

function followLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('links-of-the-repository', ({ tokens, env }) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what VitePress tells a page's renderer
    const { realPath, path } = env as { readonly realPath?: string; readonly path: string }
    const page = relative(root, realPath ?? path).replaceAll(sep, '/')
    for (const { children } of tokens)
      for (const token of children ?? []) {
        const href = token.type === 'link_open' ? token.attrGet('href') : null
        if (href !== null) token.attrSet('href', linkOf(page, href, isPage))
      }
  })
}
