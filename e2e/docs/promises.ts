import { type Document } from './documents.ts'
import { readBlocks } from './blocks.ts'
import { wordsOf } from './declared.ts'
import { differences, namesInTables } from './tables.ts'

/** A table that has to name everything of its kind, and nothing else. */
interface Promised {
  readonly page: string
  readonly heading?: string
  readonly folder: string
  readonly type: string
  /** What is there for tests only. */
  readonly but?: readonly string[]
}

const promised: readonly Promised[] = [
  { page: 'docs/errors.md', folder: 'packages/client', type: 'ErrorCode' },
  {
    ...{ page: 'README.md', heading: '## Options', folder: 'packages/client', type: 'UploaderOptions' },
    but: ['endpoint', 'clock', 'hashing'],
  },
  { page: 'README.md', heading: '## Other protocols', folder: 'packages/client', type: 'TusOptions' },
  { page: 'docs/server.md', heading: '## Options', folder: 'packages/server', type: 'UploadHandlerOptions' },
]

/** What the tables have too much or too little, table by table. */
export function brokenPromises(documents: readonly Document[]): string[][] {
  return promised.map(({ page, heading, folder, type, but = [] }) => {
    const document = documents.find((each) => each.page === page)
    const told = namesInTables(readBlocks(page, document?.markdown ?? '').prose, heading)
    const real = wordsOf(type, folder).filter((name) => !but.includes(name))
    return differences(told, real).map((difference) => `${page} ${heading ?? ''}: ${difference}`)
  })
}
