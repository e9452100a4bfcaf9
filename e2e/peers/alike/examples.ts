import { append, create, finish, look, type Sequence, whole } from './command.ts'

const open = (...commands: Sequence['commands']): Sequence => ({ mount: 'uploads', commands })
const own = (...commands: Sequence['commands']): Sequence => ({ mount: 'mine', commands })

/** Sequences that are played in every run: what people do, and where the servers once differed. */
export const examples: readonly Sequence[] = [
  own(create(), append(), append({ start: 'again' }), append(), append(), finish(), finish(), append(), look()),
  open(create(), finish({ checksum: 'wrong' }), append({ length: 15 }), finish({ checksum: 'upper case' }), finish()),
  own(
    create(),
    look({ who: 'bob' }),
    append({ who: 'bob' }),
    finish({ who: 'nobody' }),
    look({ to: 'list', who: 'bob' }),
  ),
  own(whole(), whole({ checksum: 'none' }), whole({ checksum: 'wrong' }), look({ to: 'list' }), finish({ to: 2 })),
  // More than Django keeps in memory.
  own(
    create({ length: 2_700_000, rest: 2_700_000 }),
    append({ length: 2_700_000 }),
    finish(),
    whole({ length: 2_700_000 }),
  ),
  open(look({ path: 'asking for XML' }), create(), append({ path: 'asking for JSON' })),
  open(create({ file: 'as empty text', range: 'none' }), create({ file: 'as text', total: 'before the last byte' })),
  open(
    create({ body: 'multipart, never closed', range: 'none' }),
    create(),
    append({ body: 'multipart, never closed' }),
  ),
  open(whole({ file: 'empty', extra: 'offset, blank' }), create({ file: 'empty', name: 'empty' })),
  open(create({ extra: 'offset, empty' }), create({ extra: 'offset, underscore' }), create({ extra: 'offset, blank' })),
  open(create({ extra: 'offset, too great' }), create({ extra: 'offset, too small', name: 'too long' })),
  open(create({ extra: 'offset, a thousand digits' }), create({ extra: 'offset, fraction of nothing' })),
  open(create({ name: 'a byte order mark in front' }), create({ name: 'only a control character' })),
  open(create({ name: 'odd spaces around' }), create({ name: 'control characters around' })),
  own(
    create({ who: 'alice, by a wrong password' }),
    create({ who: 'password with spaces' }),
    create({ who: 'no password' }),
  ),
]
