import type { Plugin } from 'vite'

import { labEndpoint } from './src/lab/state.ts'
import { gatewayOf } from './src/video/hosts.ts'

const ways: readonly { readonly path: string; readonly name: string }[] = [
  { path: '/plain.html', name: 'Plain HTML' },
  { path: '/react.html', name: 'React' },
  { path: '/vue.html', name: 'Vue' },
  { path: '/element.html', name: 'Element' },
  { path: '/video.html', name: 'Video hosts' },
  { path: '/lab.html', name: 'Laboratory' },
]

// Where uploads go, on the pages that have any.
const endpoints: Readonly<Record<string, string>> = {
  '/': '',
  '/lab.html': labEndpoint,
  '/video.html': gatewayOf('cloudflare'),
}

/** Puts the header of the site, with its page marked, where a page says `<!-- header -->`. */
export function pageHeader(): Plugin {
  return {
    name: 'chunkwise-page-header',
    transformIndexHtml: {
      // Before Vite looks for what the page refers to.
      order: 'pre',
      handler: (html, { path }) => html.replace('<!-- header -->', headerFor(path.replace(/index\.html$/, ''))),
    },
  }
}

function headerFor(here: string): string {
  const links = ways.map(
    ({ path, name }) => `<a href="${path}"${path === here ? ' aria-current="page"' : ''}>${name}</a>`,
  )
  const endpoint = endpoints[here] ?? '/api/uploads/'
  const target = `<p class="endpoint"><span class="endpoint-word">Uploading to</span> <code id="endpoint">${endpoint}</code></p>`
  return `<header class="top">
      <div class="wide">
        <a class="brand" href="/">
          <img src="/src/favicon.svg" alt="" width="28" height="28" />
          <span>Chunkwise</span>
        </a>
        <nav class="ways" aria-label="Pages">${links.join('')}</nav>
        ${endpoint && target}
      </div>
    </header>`
}
