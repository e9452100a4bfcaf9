import type { UploaderOptions } from '@chunkwise/client'

/** What the address of a page can set, all of it optional. */
export interface Query {
  readonly options: UploaderOptions
  /** `input`: files are always chosen by a file input, though the browser has a picker that gives handles. */
  readonly picker: 'input' | undefined
}

/**
 * Reads the settings of a page from its query string, so that one page serves for looking and for end-to-end tests:
 *
 * - `endpoint`: where uploads are created, `/api/uploads/` by default
 * - `chunkSize`: bytes per chunk, or `auto`
 * - `concurrency`: uploads that are sent at once
 * - `token`: sent as `Authorization: Bearer …`
 * - `checksum`: `md5`, `sha256`, or `false` for a server that does not compare one
 * - `picker=input`: choose files by an input even where `showOpenFilePicker` exists; there are no handles then
 *
 * Numbers are handed on as they are: the SDK says what is wrong with them.
 *
 * @throws TypeError for a checksum that there is none of
 * @example
 * readQuery('?chunkSize=1048576&concurrency=1').options // { endpoint: '/api/uploads/', chunkSize: 1048576, concurrency: 1 }
 */
export function readQuery(search: string): Query {
  const query = new URLSearchParams(search)
  const chunkSize = query.get('chunkSize')
  const concurrency = query.get('concurrency')
  const token = query.get('token')
  const checksum = query.get('checksum')
  const options: UploaderOptions = {
    endpoint: query.get('endpoint') ?? '/api/uploads/',
    ...(chunkSize === null ? {} : { chunkSize: chunkSize === 'auto' ? 'auto' : Number(chunkSize) }),
    ...(concurrency === null ? {} : { concurrency: Number(concurrency) }),
    ...(token === null ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    ...(checksum === null ? {} : { checksum: readChecksum(checksum) }),
  }
  return { options, picker: query.get('picker') === 'input' ? 'input' : undefined }
}

function readChecksum(text: string): NonNullable<UploaderOptions['checksum']> {
  if (text === 'md5' || text === 'sha256') return text
  if (text === 'false') return false
  throw new TypeError(`Cannot read ?checksum: expected md5, sha256 or false, got "${text}"`)
}
