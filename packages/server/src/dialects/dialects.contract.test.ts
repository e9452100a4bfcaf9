import { createHash } from 'node:crypto'
import { dialectContract } from './contract.ts'
import { drfWire, ietfWire, tusWire } from './fixtures/wires.ts'

const sha1 = async (bytes: Uint8Array): Promise<string> => createHash('sha1').update(bytes).digest('base64')
const sha256 = async (bytes: Uint8Array): Promise<string> => createHash('sha256').update(bytes).digest('base64')

dialectContract('drf', {
  wire: drfWire,
  beginsEmpty: false,
  defersLength: false,
  proof: undefined,
  mismatch: 400,
  tooLong: 400,
  unproven: 400,
  begun: 200,
  appended: 200,
  unknown: 404,
  tooLarge: 400,
})

dialectContract('tus', {
  wire: tusWire,
  beginsEmpty: true,
  defersLength: true,
  proof: async (bytes) => ({ 'Upload-Checksum': `sha1 ${await sha1(bytes)}` }),
  mismatch: 409,
  tooLong: 413,
  unproven: 460,
  begun: 201,
  appended: 204,
  unknown: 404,
  tooLarge: 413,
})

dialectContract('ietf', {
  wire: ietfWire,
  beginsEmpty: true,
  defersLength: true,
  proof: async (bytes) => ({ 'Content-Digest': `sha-256=:${await sha256(bytes)}:` }),
  mismatch: 409,
  tooLong: 400,
  unproven: 400,
  begun: 201,
  appended: 204,
  unknown: 404,
  tooLarge: 413,
})
