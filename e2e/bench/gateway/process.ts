import { startChild, type Child } from '../server/child.ts'

const entry = new URL('./serve.ts', import.meta.url)

/** Starts a bare video host that takes so many bytes in a second at most. */
export const startHost = (rate: number, source: boolean): Promise<Child> =>
  startChild(entry, { args: ['--rate', String(rate)], source })

/** Starts the gateway to ArvanCloud VOD, with a host of this origin in its place. */
export const startGateway = (host: string, source: boolean): Promise<Child> =>
  startChild(entry, { args: ['--host', host], source })
