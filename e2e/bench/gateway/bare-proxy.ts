import { Agent, request as ask, type RequestListener } from 'node:http'
import { hostPaths } from './host.ts'

/** The least that passes requests on to a host: every byte is piped, and nothing is looked at. */
export function bareProxy(host: string): RequestListener {
  const agent = new Agent({ keepAlive: true })
  const { hostname, port } = new URL(host)
  return (incoming, outgoing) => {
    const { method, headers } = incoming
    const path = method === 'POST' ? hostPaths.files : incoming.url
    const passing = ask({ agent, hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passing.once('error', () => outgoing.destroy())
    incoming.pipe(passing)
  }
}
