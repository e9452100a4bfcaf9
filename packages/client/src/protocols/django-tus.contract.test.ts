import { djangoTusDouble } from '../../test/django-tus-double.ts'
import { protocolContract } from '../../test/protocol-contract.ts'
import { djangoTus } from './django-tus.ts'

const endpoint = 'https://files.example/upload/'

protocolContract('django-tus', {
  endpoint,
  server: () => djangoTusDouble(endpoint),
  protocol: () => djangoTus(),
  can: {
    wrongOffset: 'told',
    endsBy: 'last byte',
    verifies: false,
    terminates: false,
    hides: false,
    finished: 'gone',
    again: 'gone',
    last: {},
  },
})
