import { createFaultServer } from '@chunkwise/testing'
import { protocolContract } from '../../test/protocol-contract.ts'
import { drfChunkedUpload } from './drf-chunked-upload.ts'

const endpoint = 'https://files.example/api/uploads/'

protocolContract('drf-chunked-upload', {
  endpoint,
  protocol: () => drfChunkedUpload(),
  server(clock) {
    let signedIn = true
    const authenticate = (): string | undefined => (signedIn ? 'ada' : undefined)
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
  },
  can: {
    wrongOffset: 'told',
    verifies: true,
    terminates: true,
    hides: true,
    finished: 'complete',
    again: 'complete',
    last: {},
  },
})
