/** What a request is for, whatever the dialect. */
export type Kind = 'create' | 'append' | 'offset' | 'complete' | 'terminate' | 'list' | 'other'

/** All kinds of requests, in the order of an upload's life. */
export const kinds: readonly Kind[] = ['create', 'append', 'offset', 'complete', 'terminate', 'list', 'other']

const onList: Readonly<Record<string, Kind>> = { PUT: 'create', POST: 'create', GET: 'list', HEAD: 'list' }
const onUpload: Readonly<Record<string, Kind>> = {
  PUT: 'append',
  PATCH: 'append',
  GET: 'offset',
  HEAD: 'offset',
  POST: 'complete',
  DELETE: 'terminate',
}

/**
 * What a request is for, by its method and by whether it goes to the endpoint itself or to an upload below it.
 *
 * @param root path of the endpoint: `/api/uploads/`.
 * @example
 * kindOf('PUT', '/api/uploads/', '/api/uploads/') // 'create'
 * kindOf('PUT', '/api/uploads/241aabc8-…/', '/api/uploads/') // 'append'
 */
export function kindOf(method: string, pathname: string, root: string): Kind {
  const bare = (path: string): string => path.replace(/\/$/, '')
  const table = bare(pathname) === bare(root) ? onList : onUpload
  return table[method] ?? 'other'
}
