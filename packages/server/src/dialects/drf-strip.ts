// What `str.isspace` of Python calls white space: `trim` takes U+FEFF for some, and U+001C to U+001F and U+0085 for none.
const space = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+`
const ends = new RegExp(`^${space}|${space}$`, 'g')

/** A text without white space at its ends, as `str.strip` of Python has it. */
export const strip = (text: string): string => text.replace(ends, '')
