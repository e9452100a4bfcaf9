/** A bare item as it was written: `12`, `?1`, `:aGk=:`, `"text"`. Inner lists begin with `(`. */
export type Structured = string

const bare =
  String.raw`(?:-?\d{1,12}\.\d{1,3}|-?\d{1,15}|"(?:[ !#-[\]-~]|\\["\\])*"|:[A-Za-z0-9+/=]*:|\?[01]|@-?\d{1,15}` +
  String.raw`|%"(?:[ !#$&-~]|%[0-9a-f]{2})*"|[A-Za-z*][!#$%&'*+.^_|~:/\x60\w-]*)`
const key = '[a-z*][a-z0-9_.*-]*'
const parameters = `(?: *; *${key}(?:=${bare})?)*`
const list = String.raw`\( *(?:${bare}${parameters}(?: +${bare}${parameters})*)? *\)`

/**
 * Reads an item (RFC 9651 section 3.3); parameters are let go. `undefined` for anything that is none, which the drafts of
 * resumable uploads want to be ignored.
 */
export const readItem = (text: string | null | undefined): Structured | undefined =>
  new RegExp(`^ *(${bare})${parameters} *$`).exec(text ?? '')?.[1]

/** Reads a dictionary (RFC 9651 section 3.2): items by key, the last one of a key counts, parameters are let go. */
export function readDictionary(text: string | null | undefined): Map<string, Structured> | undefined {
  const members = new Map<string, Structured>()
  let rest = (text ?? '').replace(/^ +| +$/g, '')
  const member = new RegExp(`^(${key})(?:=(${bare}|${list}))?${parameters}(?:[ \\t]*,[ \\t]*(?!$)|$)`)
  while (rest !== '') {
    const found = member.exec(rest)
    if (!found) return undefined
    const [whole, name = '', value = '?1'] = found
    members.set(name, value)
    rest = rest.slice(whole.length)
  }
  return members
}

/** The number that an item is, if it is a whole one of at least 0. */
export const asCount = (item: Structured | undefined): number | undefined =>
  item !== undefined && /^\d{1,15}$/.test(item) ? Number(item) : undefined
