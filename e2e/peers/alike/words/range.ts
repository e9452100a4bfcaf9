/** What there is of an upload. */
export interface Held {
  /** Bytes that both servers hold. */
  readonly content: Uint8Array<ArrayBuffer>
  /** Where the last chunk began. */
  readonly last: number
}

const limit = 1024 ** 2

/** Where a chunk begins. */
export const starts = {
  right: ({ content }) => content.length,
  again: ({ last }) => last,
  early: ({ content }) => Math.max(0, content.length - 3),
  late: ({ content }) => content.length + 3,
} satisfies Record<string, (held: Held) => number>

/** The total that a chunk tells; `end` is where it ends, exclusively, `size` that of the file. */
export const totals = {
  right: (_end, size) => String(size),
  less: (_end, size) => String(Math.max(0, size - 1)),
  more: (_end, size) => String(size + 1),
  'at the last byte': (end) => String(Math.max(0, end - 1)),
  'before the last byte': (end) => String(Math.max(0, end - 2)),
  'the limit': () => String(limit),
  'over the limit': () => String(limit + 1),
  'the greatest safe integer': () => String(Number.MAX_SAFE_INTEGER),
  'beyond all safe integers': () => '9007199254740993',
} satisfies Record<string, (end: number, size: number) => string>

/** `Content-Range`, right and otherwise; `end` is inclusive here. */
export const ranges = {
  right: (start, end, total) => `bytes ${start}-${end}/${total}`,
  none: () => undefined,
  empty: () => '',
  'with zeros in front': (start, end, total) => `bytes 00${start}-0${end}/000${total}`,
  'with many zeros in front': (start, end, total) => `bytes ${String(start).padStart(20, '0')}-${end}/${total}`,
  'upper case': (start, end, total) => `Bytes ${start}-${end}/${total}`,
  'an equals sign': (start, end, total) => `bytes=${start}-${end}/${total}`,
  'two spaces': (start, end, total) => `bytes  ${start}-${end}/${total}`,
  'a tab': (start, end, total) => `bytes\t${start}-${end}/${total}`,
  'spaces around': (start, end, total) => ` bytes ${start}-${end}/${total}  `,
  'spaces within': (start, end, total) => `bytes ${start} - ${end} / ${total}`,
  'no unit': (start, end, total) => `${start}-${end}/${total}`,
  'another unit': (start, end, total) => `octets ${start}-${end}/${total}`,
  'no total': (start, end) => `bytes ${start}-${end}`,
  'an unknown total': (start, end) => `bytes ${start}-${end}/*`,
  'an unsatisfied range': (_start, _end, total) => `bytes */${total}`,
  'a sign': (start, end, total) => `bytes +${start}-${end}/${total}`,
  'a minus': (_start, end, total) => `bytes -1-${end}/${total}`,
  hexadecimal: (_start, end, total) => `bytes 0x0-${end}/${total}`,
  fractions: (start, end, total) => `bytes ${start}.0-${end}/${total}`,
  'told twice': (start, end, total) => `bytes ${start}-${end}/${total}, bytes ${start}-${end}/${total}`,
  'something after': (start, end, total) => `bytes ${start}-${end}/${total};`,
  backwards: (start, end, total) => `bytes ${end}-${start}/${total}`,
  'far backwards': (start, _end, total) => `bytes ${start + 9}-${start}/${total}`,
  'superscript digits': (_start, end, total) => `bytes \u00b2-${end}/${total}`,
} satisfies Record<string, (start: number, end: number, total: string) => string | undefined>
