import type { ServerResponse } from 'node:http'
import type { Connection } from './dialect.ts'

/**
 * Sends informational answers ahead of the final one, where Node has a public way to: `writeInformation`, from 26.3 on.
 * `undefined` elsewhere: `writeEarlyHints` knows 103 alone.
 */
export function informer(outgoing: ServerResponse): Connection['inform'] {
  const write: unknown = Reflect.get(outgoing, 'writeInformation')
  if (typeof write !== 'function' || outgoing.req.httpVersion === '1.0') return undefined
  return (status, headers) => void Reflect.apply(write, outgoing, [status, headers])
}
