/** What a value may be, of an option or in a record: a value itself, or one of a kind. */
export type Choice = string | number | boolean | undefined | Kind

/** Values of a kind. */
export interface Kind {
  readonly expected: string
  fits(value: unknown): boolean
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const kind = (expected: string, fits: (value: unknown) => boolean): Kind => ({ expected, fits })
export const text: Kind = kind('a text', (value) => typeof value === 'string')
export const action: Kind = kind('a function', (value) => typeof value === 'function')
export const made: Kind = kind('an object', isMap)
export const list: Kind = { expected: 'a list', fits: Array.isArray }
export const amount: Kind = kind('a number', (value) => Number(value) >= 0)
export const texts: Kind = kind('texts by name', (value) => isMap(value) && Object.values(value).every(text.fits))
export const whole = (least: number): Kind =>
  kind(`a whole number from ${least}`, (value) => Number.isSafeInteger(value) && Number(value) >= least)
export const someOf = (known: object, { expected, fits }: Kind): Kind =>
  kind(
    `${expected} for some of ${Object.keys(known).join(', ')}`,
    (value) => isMap(value) && Object.entries(value).every(([name, item]) => name in known && fits(item)),
  )

/** Whether a value is one of the choices. */
export const isOneOf = (choices: readonly Choice[], value: unknown): boolean =>
  choices.some((choice) => (typeof choice === 'object' ? choice.fits(value) : choice === value))
