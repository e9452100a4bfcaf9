import { posix } from 'node:path'
import { slugOf } from '../../docs/.vitepress/slug.ts'

/** What a link may lead to. */
export interface Targets {
  /** Whether there is such a file or folder in the repository. */
  exists(path: string): boolean
  /** The lines of a page outside of its blocks of code; `undefined` if it is none of ours. */
  proseOf(page: string): readonly string[] | undefined
}

/** The links of a page, and its images, that lead to nothing in the repository. */
export function deadLinks(page: string, targets: Targets): string[] {
  return (targets.proseOf(page) ?? []).flatMap((line, at) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, href = '']) => href)
      .filter((href) => !/^[a-z]+:/.test(href) && !leads(page, href, targets))
      .map((href) => `${page}:${at + 1} The link to ${href} leads nowhere`),
  )
}

function leads(page: string, href: string, { exists, proseOf }: Targets): boolean {
  const [path = '', hash] = href.split('#', 2)
  const target = path === '' ? page : posix.join(posix.dirname(page), path)
  // What is made with the site is seen to when that is made.
  if (target.startsWith('docs/api/')) return true
  if (hash === undefined) return exists(target)
  return headingsIn(proseOf(target) ?? []).includes(hash)
}

const headingsIn = (prose: readonly string[]): string[] =>
  prose.flatMap((line) => {
    const [, heading] = /^#+ (.*)$/.exec(line) ?? []
    return heading === undefined ? [] : [slugOf(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1'))]
  })
