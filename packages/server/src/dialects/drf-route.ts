import type { DrfSettings } from './drf-options.ts'

/** What a path leads to. */
export type Route =
  | { readonly to: 'list' }
  | { readonly to: 'detail'; readonly id: string }
  | { readonly to: 'redirect'; readonly location: string }

const dashed = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * Finds what a path names. Ids match one fixed grammar after decoding (S01); whatever does not is `undefined`, and no
 * path in a store is ever made of it.
 */
export function readRoute(
  { pathname, search }: Pick<URL, 'pathname' | 'search'>,
  { path, ids, trailingSlash }: Pick<DrfSettings, 'path' | 'ids' | 'trailingSlash'>,
): Route | undefined {
  if (pathname === path) return { to: 'list' }
  if (trailingSlash && `${pathname}/` === path) return { to: 'redirect', location: path + search }
  const base = path.endsWith('/') ? path : `${path}/`
  if (!pathname.startsWith(base)) return undefined
  const rest = pathname.slice(base.length)
  const slashed = rest.endsWith('/')
  const id = readId(slashed ? rest.slice(0, -1) : rest, ids)
  if (id === undefined) return undefined
  if (slashed === trailingSlash) return { to: 'detail', id }
  return trailingSlash ? { to: 'redirect', location: `${pathname}/${search}` } : undefined
}

/** The canonical id; for `any` also a text that is none, which then no upload has. */
function readId(segment: string, ids: DrfSettings['ids']): string | undefined {
  const text = decode(segment)
  if (text === undefined || text === '' || /[/\\\0]/.test(text)) return undefined
  if (dashed.test(text)) return text
  if (ids === 'uuid') return undefined
  const lower = text.toLowerCase()
  if (dashed.test(lower)) return lower
  if (ids === 'uuid-any-case') return undefined
  return readUndashed(lower) ?? 'unknown'
}

/** An id without its dashes, as Django's form fields take it too. */
export function readUndashed(text: string): string | undefined {
  const parts = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/.exec(text.toLowerCase())
  return parts?.slice(1).join('-')
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
