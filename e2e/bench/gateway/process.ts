import { startChild, type Child } from '../server/child.ts'

const entry = new URL('./serve.ts', import.meta.url)

/** Starts a bare video host that takes so many bytes in a second at most. */
export const startHost = (rate: number, source: boolean): Promise<Child> =>
  startChild(entry, { args: ['--rate', String(rate)], source })

/** What can stand between sender and host, by what its process is told. */
const betweens = { gateway: [], fetch: ['--fetch'], bare: ['--bare'] } as const

/**
 * What can stand between sender and host: the gateway to ArvanCloud VOD as it is, the same with a `fetch` that has all go by it, and a
 * proxy that does nothing else.
 */
export type Between = keyof typeof betweens

/** Starts one of them before a host of this origin. */
export const startBetween = (between: Between, host: string, source: boolean): Promise<Child> =>
  startChild(entry, { args: ['--host', host, ...betweens[between]], source })
