import { posix } from 'node:path'
import type { DefaultTheme } from 'vitepress'

const pages = (
  text: string,
  folder: string,
  items: readonly (readonly [text: string, name: string])[],
): DefaultTheme.SidebarItem => ({
  text,
  items: items.map(([title, name]) => ({ text: title, link: posix.join('/', folder, name) })),
})

/** Everything that is written, in the order in which one would read it. */
export const sidebar: DefaultTheme.SidebarItem[] = [
  pages('Chunkwise', '', [
    ['What is where', ''],
    ['Overview and options', 'overview'],
    ['How uploads are kept safe', 'safety'],
    ['Browsers', 'browsers'],
    ['What we do not do', 'limits'],
  ]),
  pages('Getting started', 'getting-started/', [
    ['Which way in', ''],
    ['React', 'react'],
    ['Vue', 'vue'],
    ['Next', 'next'],
    ['Nuxt', 'nuxt'],
    ['Svelte', 'svelte'],
    ['Plain HTML', 'html'],
    ['The element', 'element'],
  ]),
  pages('Servers', 'servers/', [
    ['Django', 'django'],
    ['Node', 'node'],
    ['Our server in full', '../server'],
    ['Deploying', '../deploy'],
    ['Video hosts', '../video-hosts'],
  ]),
  pages('Recipes', 'recipes/', [
    ['All recipes', ''],
    ['Signing in', 'signing-in'],
    ['After a reload', 'after-a-reload'],
    ['Many tabs', 'many-tabs'],
    ['Restrictions', 'restrictions'],
    ['Progress', 'progress'],
    ['Other origins', 'other-origins'],
    ['Content-Security-Policy', 'csp'],
    ['Service workers', 'service-workers'],
    ['Proxies', 'proxies'],
    ['Testing your app', 'testing'],
  ]),
  pages('Coming from', 'coming-from/', [
    ['tus-js-client', 'tus-js-client'],
    ['Uppy', 'uppy'],
    ['Resumable.js', 'resumable-js'],
    ['jQuery File Upload', 'jquery-file-upload'],
    ['django-chunked-uploads', '../from-django-chunked-uploads'],
  ]),
  pages('Reference', '', [
    ['Errors', 'errors'],
    ['The protocols', 'protocols'],
    ['Interoperability', 'interop'],
    ['Reliability', 'reliability'],
    ['Benchmarks', 'benchmarks'],
    ['API', 'api/'],
    ['Contributing', 'CONTRIBUTING'],
  ]),
  pages('Packages', 'packages/', [
    ['React', 'react'],
    ['Vue', 'vue'],
    ['The element', 'element'],
    ['Server', 'server'],
    ['Testing', 'testing'],
  ]),
]
