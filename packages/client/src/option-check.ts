import { isOneOf, type Choice } from './kinds.ts'

/**
 * The options without those that are there but undefined.
 *
 * @param what cannot be done with others: "create an uploader".
 * @throws TypeError that names the option which is unknown or wrong, what was expected and what came.
 */
export function checked<Options extends object>(
  what: string,
  choices: Readonly<Record<string, readonly Choice[] | undefined>>,
  options: Options,
): Options {
  const given = { ...options }
  for (const [name, value] of Object.entries(options)) {
    const allowed = choices[name]
    if (!allowed) throw new TypeError(`Cannot ${what}: there is no option "${name}"`)
    if (value === undefined) Reflect.deleteProperty(given, name)
    else if (!isOneOf(allowed, value)) throw wrong(what, name, allowed.map(describe).join(' or '), value)
  }
  return given
}

/** The error of an option that is not what it must be. */
export const wrong = (what: string, name: string, expected: string, value: unknown): TypeError =>
  new TypeError(`Cannot ${what}: the option "${name}" must be ${expected}, got ${show(value)}`)

const describe = (choice: Choice): string => (typeof choice === 'object' ? choice.expected : show(choice))

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value)
}
