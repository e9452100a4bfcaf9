import { createFaultServer } from '@chunkwise/testing'
import type { Pair } from './steps.ts'

/** Where {@link ourServer} takes uploads. */
export const endpoint = 'https://files.example/api/uploads/'

/**
 * Our own server, as the far end of a contract.
 *
 * @param challenge makes a 401 of its 403 to who is not signed in.
 */
export const ourServer =
  (challenge?: string): Pair['server'] =>
  (clock) => {
    let signedIn = true
    const ask = (): string | undefined => (signedIn ? 'ada' : undefined)
    const authenticate = Object.assign(ask, challenge !== undefined && { challenge })
    const server = createFaultServer({ endpoint, clock, handler: { authenticate } })
    return {
      fetch: server.fetch,
      async finished() {
        const complete = (await server.sessions()).filter(({ status }) => status === 'complete')
        return Promise.all(complete.map(({ id }) => server.bytes(id)))
      },
      async forget() {
        await server.expire()
        await server.sweep()
      },
      signIn: (yes) => void (signedIn = yes),
    }
  }
