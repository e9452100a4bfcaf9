import { expect, test } from 'vitest'
import { argumentsIn } from './command-environment.ts'

const flags = {
  port: { type: 'string' },
  'max-size': { type: 'string' },
  'trust-proxy': { type: 'boolean' },
  'cors-origin': { type: 'string', multiple: true },
} as const

test('variables stand for flags, unless the command line says otherwise', () => {
  const env = {
    ...{
      CHUNKWISE_PORT: '80',
      CHUNKWISE_MAX_SIZE: '10GB',
      CHUNKWISE_TRUST_PROXY: 'true',
      PORT: '9',
      CHUNKWISE_OTHER: '1',
    },
    CHUNKWISE_CORS_ORIGIN: 'https://a.example https://b.example',
  }
  expect(argumentsIn(env, flags, new Set(['port']))).toEqual([
    ...['--max-size', '10GB', '--trust-proxy'],
    ...['--cors-origin', 'https://a.example', '--cors-origin', 'https://b.example'],
  ])
})

test.each([[{}], [{ CHUNKWISE_PORT: '' }], [{ CHUNKWISE_TRUST_PROXY: 'false' }], [{ CHUNKWISE_TRUST_PROXY: '0' }]])(
  '%j says nothing',
  (env) => {
    expect(argumentsIn(env, flags, new Set())).toEqual([])
  },
)
