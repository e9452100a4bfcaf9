import { endpoint, ourServer } from '../../test/our-server.ts'
import { protocolContract } from '../../test/protocol-contract.ts'
import { tus } from './tus.ts'

protocolContract('tus', {
  ...{ endpoint, server: ourServer('Bearer') },
  protocol: () => tus(),
  can: {
    wrongOffset: 'told',
    endsBy: 'last byte',
    verifies: true,
    terminates: true,
    hides: false,
    finished: 'whole',
    again: 'complete',
    last: {},
  },
})
