import { posix } from 'node:path'

/** Where a page of the repository is in the site: `packages/react/README.md` at `packages/react.md`. */
export function placeOf(page: string): string {
  if (page === 'README.md') return 'overview.md'
  return page.replace(/^docs\//, '').replace(/\/README\.md$/, '.md')
}

/**
 * A link of a page as the site has it. Pages are written for whoever reads them in the repository, where a link leads to a
 * file beside them; to a package it leads to what is written about it, or else to its API.
 *
 * @param page that has the link: its path from the repository's folder
 * @param isPage whether there is such a page in the repository
 */
export function linkOf(page: string, href: string, isPage: (path: string) => boolean): string {
  if (/^([a-z]+:|#|\/)/i.test(href)) return href
  const [path = '', hash] = href.split('#', 2)
  const target = posix.join(posix.dirname(page), path)
  const [, name] = /^packages\/([a-z]+)$/.exec(target) ?? []
  if (name === undefined) return `/${placeOf(target)}${hash === undefined ? '' : `#${hash}`}`
  return isPage(`${target}/README.md`) ? `/packages/${name}.md` : `/api/${name}.md`
}
