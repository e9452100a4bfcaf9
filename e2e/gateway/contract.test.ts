import { describe } from 'vitest'
import { gatewayContract } from './gateway-contract.ts'
import { arvanRig, cloudflareRig } from './rig.ts'

describe('Cloudflare Stream', () => {
  gatewayContract(() => {
    const rig = cloudflareRig()
    return {
      rig,
      doneMs: 2_000,
      idleMs: 24 * 3_600_000,
      atHost: () => rig.host.videos().length,
      async sendAll({ headers }, size) {
        await rig.send(headers.get('Location') ?? '', 0, new Uint8Array(size))
      },
    }
  })
})

describe('ArvanCloud VOD', () => {
  gatewayContract(() => {
    const rig = arvanRig()
    return {
      rig,
      doneMs: 2_000,
      idleMs: 3_600_000,
      atHost: () => rig.host.files().length + rig.host.videos().length,
      async sendAll({ headers }, size) {
        await rig.send(headers.get('Upload-Id') ?? '', 0, new Uint8Array(size))
      },
    }
  })
})
