import { wordsOf } from './declared.ts'
import { differences, namesInTables } from './tables.ts'

/** A table that has to name everything of its kind, and nothing else. */
interface Promised {
  readonly page: string
  readonly heading?: string
  /** What declares the type, from the repository's folder. */
  readonly file: string
  readonly type: string
  /** What is there for tests only. */
  readonly but?: readonly string[]
}

const client = 'packages/client/dist/index.d.ts'

const promised: readonly Promised[] = [
  { page: 'docs/errors.md', file: client, type: 'ErrorCode' },
  {
    ...{ page: 'README.md', heading: '## Options', file: client, type: 'UploaderOptions' },
    but: ['endpoint', 'clock', 'hashing', 'tabs'],
  },
  { page: 'README.md', heading: '## Other protocols', file: client, type: 'TusOptions' },
  {
    page: 'docs/server.md',
    heading: '## Options',
    file: 'packages/server/dist/index.d.ts',
    type: 'UploadHandlerOptions',
  },
  {
    ...{ page: 'docs/coming-from/tus-js-client.md', heading: '## Options' },
    ...{ file: 'e2e/node_modules/tus-js-client/lib/index.d.ts', type: 'UploadOptions' },
  },
  {
    ...{ page: 'docs/coming-from/uppy.md', heading: '## Events' },
    ...{ file: 'e2e/node_modules/@uppy/core/lib/Uppy.d.ts', type: 'UppyEventMap' },
  },
]

/**
 * What the tables have too much or too little, table by table.
 *
 * @param proseOf the lines of a page outside of its blocks of code
 */
export function brokenPromises(proseOf: (page: string) => readonly string[] | undefined): string[][] {
  return promised.map(({ page, heading, file, type, but = [] }) => {
    const told = namesInTables(proseOf(page) ?? [], heading)
    const real = wordsOf(type, file).filter((name) => !but.includes(name))
    return differences(told, real).map((difference) => `${page} ${heading ?? ''}: ${difference}`)
  })
}
