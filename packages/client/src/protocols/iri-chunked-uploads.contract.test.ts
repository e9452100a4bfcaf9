import { iriChunkedUploadsDouble } from '@chunkwise/testing/doubles'
import { protocolContract } from '../../test/protocol-contract.ts'
import { iriChunkedUploads } from './iri-chunked-uploads.ts'

protocolContract('django-chunked-uploads', {
  endpoint: 'https://files.example/chunked_uploads/upload/',
  protocol: () => iriChunkedUploads({ doneEndpoint: (uuid) => `done/${uuid}/` }),
  server() {
    let signedIn = true
    const refused = (): Response => new Response('Unauthorized', { status: 401 })
    const double = iriChunkedUploadsDouble({ authenticate: () => (signedIn ? 'ada' : refused()) })
    return {
      fetch: double,
      finished: async () => double.uploads().flatMap((upload) => (upload.complete ? [upload.bytes()] : [])),
      forget: async () => double.endSessions(),
      signIn: (yes) => void (signedIn = yes),
    }
  },
  can: {
    wrongOffset: 'dropped',
    endsBy: 'finish',
    verifies: false,
    terminates: true,
    hides: true,
    finished: 'unconfirmed',
    again: 'unconfirmed',
    // A second finish deletes the file; one whose fate nobody knows is not tried again.
    last: {
      lost: 'unconfirmed',
      late: 'unconfirmed',
      drop: 'unconfirmed',
      busy: 'unconfirmed',
      portal: 'unconfirmed',
      duplicate: 'refused',
    },
  },
})
