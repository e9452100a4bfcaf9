import fc from 'fast-check'
import { bodies } from './body.ts'
import { type Command, type Form, mounts, type Sequence, tables } from './command.ts'
import { checksums, extras, files, names } from './words/form.ts'
import { accepts, credentials, paths } from './words/manner.ts'
import { ranges, starts, totals } from './words/range.ts'

/** Any of some words: once in so many times another than the usual one, towards which a failure is shrunk. */
function oneIn<Word extends string>(
  many: number,
  words: Readonly<Record<Word, unknown>>,
  usual: Word,
): fc.Arbitrary<Word> {
  // Object.keys cannot say that these are the names of the words.
  const others = (Object.keys(words) as Word[]).filter((word) => word !== usual)
  const rare = { arbitrary: fc.constantFrom(...others), weight: 1 }
  return fc.oneof({ withCrossShrink: true }, { arbitrary: fc.constant(usual), weight: many - 1 }, rare)
}

const length = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.nat(40), weight: 40 },
  // A body of several pieces. A server that refuses one of more than 64 KiB unread may end the connection meanwhile.
  { arbitrary: fc.integer({ min: 50_000, max: 60_000 }), weight: 1 },
)

/** Which words are usual in forms of a kind, and once in how many times there is another. */
interface Usual extends Pick<Form, 'body' | 'file' | 'name' | 'checksum'> {
  readonly oneIn: Readonly<Record<'chunk' | 'name' | 'checksum', number>>
}

const forms = ({ oneIn: { chunk, name, checksum }, ...usual }: Usual) => ({
  length,
  rest: fc.nat(40),
  body: oneIn(18, bodies, usual.body),
  start: oneIn(chunk, starts, 'right'),
  total: oneIn(chunk + 3, totals, 'right'),
  range: oneIn(chunk + 5, ranges, 'right'),
  file: oneIn(18, files, usual.file),
  name: oneIn(name, names, usual.name),
  checksum: oneIn(checksum, checksums, usual.checksum),
  extra: oneIn(name, extras, 'none'),
})

const upload = { body: 'multipart', file: 'right' } as const
const finish = { body: 'urlencoded', file: 'none', name: 'none', checksum: 'right' } as const
const firstChunk = forms({ ...upload, name: 'plain', checksum: 'none', oneIn: { chunk: 10, name: 10, checksum: 40 } })
const furtherChunk = forms({ ...upload, name: 'none', checksum: 'none', oneIn: { chunk: 5, name: 40, checksum: 40 } })
const wholeFile = forms({ ...upload, name: 'plain', checksum: 'right', oneIn: { chunk: 40, name: 10, checksum: 3 } })
const proof = forms({ ...finish, oneIn: { chunk: 40, name: 40, checksum: 2 } })

const manner = {
  mount: oneIn(20, { usual: undefined, ...tables }, 'usual').map((word) => (word === 'usual' ? undefined : word)),
  path: oneIn(25, paths, 'right'),
  who: oneIn(8, { owner: undefined, ...credentials }, 'owner'),
  accept: oneIn(25, accepts, 'JSON'),
}

const toList = fc.constant('list' as const)
const toUpload = fc.nat(2)
const put = fc.constant('PUT' as const)
const post = fc.constant('POST' as const)
const others = fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH')

const create = fc.record({ ...manner, method: put, to: toList, ...firstChunk })
const command: fc.Arbitrary<Command> = fc.oneof(
  { withCrossShrink: true },
  { weight: 4, arbitrary: create },
  { weight: 9, arbitrary: fc.record({ ...manner, method: put, to: toUpload, ...furtherChunk }) },
  { weight: 4, arbitrary: fc.record({ ...manner, method: post, to: toUpload, ...proof }) },
  { weight: 3, arbitrary: fc.record({ ...manner, method: post, to: toList, ...wholeFile }) },
  { weight: 3, arbitrary: fc.record({ ...manner, method: others, to: toUpload, ...firstChunk }) },
  { weight: 1, arbitrary: fc.record({ ...manner, method: others, to: toList, ...firstChunk }) },
)

/** Sequences of some eight requests; mostly there is something to go on with from the first on. */
export const sequences: fc.Arbitrary<Sequence> = fc
  .record({
    mount: fc.constantFrom(...mounts),
    first: fc.option(create, { nil: undefined, freq: 9 }),
    rest: fc.noBias(fc.array(command, { maxLength: 13, size: 'max' })),
  })
  .map(({ mount, first, rest }) => ({ mount, commands: first ? [first, ...rest] : rest }))
