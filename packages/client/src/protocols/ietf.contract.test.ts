import { endpoint, ourServer } from '../../test/our-server.ts'
import { protocolContract } from '../../test/protocol-contract.ts'
import { ietf } from './ietf.ts'

protocolContract('ietf', {
  ...{ endpoint, server: ourServer('Bearer') },
  protocol: () => ietf(),
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
