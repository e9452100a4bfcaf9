import type { Entry } from '@chunkwise/testing'

import type { LabState } from './state.ts'

/** The laboratory's server, as its page speaks to it. */
export interface LabServer {
  switchOn(name: string, entry: Entry): Promise<void>
  switchOff(name: string): Promise<void>
  clear(): Promise<void>
}

/**
 * @param address where it is
 * @param onState called with each new state
 */
export function connectLab(address: string, onState: (state: LabState) => void): LabServer {
  const states = new EventSource(`${address}state`)
  // Our own server's word.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the same build as this page
  states.onmessage = ({ data }) => onState(JSON.parse(String(data)) as LabState)
  // A connection that a page leaves open is reported as broken by some browsers.
  addEventListener('pagehide', () => states.close())

  async function ask(method: 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> {
    const response = await fetch(address + path, { method, body: body === undefined ? null : JSON.stringify(body) })
    if (!response.ok) throw new Error(`The laboratory answers ${response.status}: ${(await response.text()).trim()}`)
  }

  return {
    switchOn: (name, entry) => ask('PUT', `switches/${name}`, entry),
    switchOff: (name) => ask('DELETE', `switches/${name}`),
    clear: () => ask('DELETE', 'requests'),
  }
}
