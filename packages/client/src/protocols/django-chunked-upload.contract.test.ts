import { djangoChunkedUploadDouble } from '@chunkwise/testing/doubles'
import { protocolContract } from '../../test/protocol-contract.ts'
import { djangoChunkedUpload } from './django-chunked-upload.ts'

protocolContract('django-chunked-upload', {
  endpoint: 'https://files.example/api/chunked_upload/',
  protocol: () => djangoChunkedUpload({ completeEndpoint: '/api/chunked_upload_complete/' }),
  server({ now }) {
    let signedIn = true
    const double = djangoChunkedUploadDouble({ now, authenticate: () => (signedIn ? 'ada' : undefined) })
    return {
      fetch: double,
      finished: async () => double.uploads().flatMap((upload) => (upload.complete ? [upload.bytes()] : [])),
      forget: async () => double.clear(),
      signIn: (yes) => void (signedIn = yes),
    }
  },
  can: {
    wrongOffset: 'told',
    endsBy: 'finish',
    verifies: true,
    terminates: false,
    hides: true,
    finished: 'complete',
    again: 'complete',
    last: {},
  },
})
