import { expect, test } from 'vitest'
import { publishable, readArguments } from './arguments.ts'
import { candidates } from './candidates.ts'

test('without arguments it is five rounds of 1 GiB, all but the profile', () => {
  expect(readArguments([])).toMatchObject({
    measurements: [
      'throughput',
      'wide',
      'links',
      'memory',
      'resume',
      'many',
      'server',
      'gateway',
      'nodes',
      'finish',
      'hashing',
    ],
    rounds: 5,
    size: 1024 ** 3,
    files: 10_000,
    candidates: ['raw', 'strict', 'relaxed', 'tus-8', 'tus', 'uppy', 'upchunk', 'django'],
    source: false,
  })
})

test('names choose measurements, in their own order', () => {
  expect(readArguments(['resume', 'throughput'])?.measurements).toEqual(['throughput', 'resume'])
})

test.each([
  ['64MiB', 67_108_864],
  ['8192KiB', 8_388_608],
  ['5000000', 5_000_000],
])('a size of %s is %d bytes', (text, size) => {
  expect(readArguments(['--size', text])?.size).toBe(size)
})

test('candidates are chosen by name', () => {
  expect(readArguments(['--only', 'tus,strict'])?.candidates).toEqual(['strict', 'tus'])
})

test('all candidates are asked for by one word', () => {
  expect(readArguments(['--only', 'all'])?.candidates).toEqual(Object.keys(candidates))
})

test('servers and what they are sent are chosen by name', () => {
  const { servers, loads } = readArguments(['server', '--servers', 'tusd,drf-strict', '--loads', 'ten']) ?? {}
  expect({ servers, loads }).toEqual({ servers: ['drf-strict', 'tusd'], loads: ['ten'] })
})

test('help is no run', () => {
  expect(readArguments(['--help'])).toBeUndefined()
})

test.each([
  [
    ['speed'],
    'the measurements are throughput, wide, links, memory, resume, many, server, gateway, nodes, finish, hashing, profile, not "speed"',
  ],
  [['--only', 'ftp'], /the candidates are raw, strict, .*, django, not "ftp"/],
  [['--servers', 'caddy'], /the servers are drf-strict, .*, django, not "caddy"/],
  [['--loads', 'all'], 'the loads are one, ten, hundred, hundred-small-chunks, small-files, not "all"'],
  [['--size', '1GB'], '--size is a size from 4MiB, such as 64MiB or 1GiB, not "1GB"'],
  [['--size', '1KiB'], 'not "1KiB"'],
  [['--rounds', '0'], '--rounds is a whole number from 1, not "0"'],
  [['--files', '1e-3'], '--files is a whole number from 1, not "1e-3"'],
  [['--round', '3'], "Unknown option '--round'"],
])('%j is refused, and what is allowed is said', (args, why) => {
  expect(() => readArguments(args)).toThrow(why)
})

test.each([
  [[], true],
  [['--rounds', '9', '--size', '2GiB'], true],
  [['--rounds', '4'], false],
  [['--size', '512MiB'], false],
  [['--files', '9999'], false],
])('%j is published: %s', (args, expected) => {
  const options = readArguments(args)
  expect(options && publishable(options)).toBe(expected)
})
