import { hostNames, people, type HostName, type Person } from './hosts.ts'

/** What a person has chosen on the page of video hosts. */
export interface Choice {
  readonly host: HostName
  readonly as: Person
}

/**
 * Reads the choice in an address; the first of each where it names none, or one that there is not.
 *
 * @example
 * readChoice('?host=arvan&as=grace') // { host: 'arvan', as: 'grace' }
 */
export function readChoice(search: string): Choice {
  const query = new URLSearchParams(search)
  return choiceOf((name) => query.get(name))
}

/** The choice in a query or a form, by what gives the value of a name. */
export const choiceOf = (valueOf: (name: keyof Choice) => unknown): Choice => ({
  host: oneOf(hostNames, valueOf('host')),
  as: oneOf(people, valueOf('as')),
})

/** The address with the choice in it; whatever else it says stays. */
export function writeChoice(search: string, { host, as }: Choice): string {
  const query = new URLSearchParams(search)
  query.set('host', host)
  query.set('as', as)
  return `?${query}`
}

const oneOf = <Name extends string>(all: readonly [Name, ...Name[]], name: unknown): Name =>
  all.find((each) => each === name) ?? all[0]
