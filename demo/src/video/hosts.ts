/** The fake hosts of the demo, by what they are called in addresses. */
export const hostNames = ['cloudflare', 'arvan'] as const
export type HostName = (typeof hostNames)[number]

/** Who may be signed in; each by a token of the same name. */
export const people = ['ada', 'grace'] as const
export type Person = (typeof people)[number]

/** Where the gateway to a host is. */
export const gatewayOf = (host: HostName): string => `/api/${host}/`

/** Where the fake hosts themselves are, for who has no key of theirs: browsers that send bytes. */
export const fakeHostsPath = '/fake-hosts/'

/** So many chunks a host refuses when it is told to. */
export const refusals = 3
