import { expect, test } from 'vitest'

import { help, readOptions } from './options.ts'

const read = (...args: string[]) => readOptions(args, '/demo', '/here')

test('the defaults are port 8080 and a folder of the demo', () => {
  expect(read()).toEqual({ port: 8080, dir: '/demo/.uploads' })
})

test('a relative folder starts where the command was given', () => {
  expect(read('--port', '0', '--dir', 'up')).toEqual({ port: 0, dir: '/here/up' })
})

test('the separator of pnpm is passed over', () => {
  expect(read('--', '--port=9000')).toMatchObject({ port: 9000 })
})

test('help names every option', () => {
  expect(read('--help')).toBeUndefined()
  for (const option of ['--port', '--dir', '--help']) expect(help).toContain(option)
})

test.each(['abc', '-1', '65536', '80.5', ''])('port %j is refused', (port) => {
  expect(() => read(`--port=${port}`)).toThrow(`Option --port: expected a number from 0 to 65535, got "${port}"`)
})

test('an empty folder is refused', () => {
  expect(() => read('--dir=')).toThrow('Option --dir: expected a folder')
})

test('an unknown option is named', () => {
  expect(() => read('--prot', '1')).toThrow(/--prot.*--help/)
})
