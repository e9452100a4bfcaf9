import { createFakeClock, type FakeClock } from '@chunkwise/testing'
import type { UploadState } from '../src/machine.ts'
import type { UploaderOptions } from '../src/options.ts'
import { memoryStore } from '../src/stores/memory.ts'
import type { Upload } from '../src/upload.ts'
import { createNetwork, type Network, type Trouble } from './network.ts'
import { createPages, reached, type Page } from './rig.ts'
import type { ContractServer, Pair } from './steps.ts'

/** Pages that upload to one far end. */
export interface Visits {
  readonly clock: FakeClock
  readonly server: ContractServer
  readonly network: Network
  /** Opens a page; all have one store. */
  visit(options?: Partial<UploaderOptions>): Page
  /** Does this when the n-th request goes out, counted from 1, and lets it meet what is given back. */
  at(number: number, act: () => Trouble | undefined | void): void
  /** Runs until the upload is completed, failed or paused. */
  end(upload: Upload): Promise<UploadState>
}

/** Whole uploads by an uploader, over a network that may be in trouble, in virtual time. */
export function visits({ endpoint, protocol, server: open }: Pair): Visits {
  const clock = createFakeClock()
  const server = open(clock)
  const plan = new Map<number, () => Trouble | undefined>()
  const network: Network = createNetwork(server, clock, (number) => plan.get(number)?.())
  const pages = createPages({ clock, store: memoryStore(), transport: network.transport })
  const visit = (options: Partial<UploaderOptions> = {}): Page =>
    pages.open({ endpoint, protocol: protocol(), ...options })
  return {
    ...{ clock, server, network, visit },
    at: (number: number, act: () => Trouble | undefined | void): void =>
      void plan.set(number, () => act() ?? undefined),
    async end(upload: Upload): Promise<UploadState> {
      return clock.run(reached(upload, ({ status }) => ['completed', 'failed', 'paused'].includes(status)))
    },
  }
}
