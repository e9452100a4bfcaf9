import { endpoint, ourServer } from '../../test/our-server.ts'
import { protocolContract } from '../../test/protocol-contract.ts'
import { drfChunkedUpload } from './drf-chunked-upload.ts'

protocolContract('drf-chunked-upload', {
  ...{ endpoint, server: ourServer() },
  protocol: () => drfChunkedUpload(),
  can: {
    wrongOffset: 'told',
    endsBy: 'finish',
    verifies: true,
    terminates: true,
    hides: true,
    finished: 'complete',
    again: 'complete',
    last: {},
  },
})
