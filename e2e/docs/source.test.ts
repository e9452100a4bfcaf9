import { expect, test } from 'vitest'
import { moduleOf, namesIn } from './source.ts'

test('a module tells what it exports, and what it has at its top level', () => {
  const code = `
    import one, { two as second } from 'a'
    import * as three from 'b'
    export { four, type Five } from 'c'
    export declare const six: number
    export function seven() { const hidden = 1 }
    const { eight, nine: [tenth] } = six
    class Eleven {}
  `
  const { exported, declared } = namesIn(code)
  expect(exported).toEqual(['four', 'Five', 'six', 'seven'])
  expect(declared).toEqual(['one', 'second', 'three', 'six', 'seven', 'eight', 'tenth', 'Eleven'])
})

test('code gets what it names and does not have, and keeps its lines', () => {
  const code = 'const store = 1\nuse(store, file, other.token, ...files)'
  const module = moduleOf(code, ['use', 'store', 'file', 'files', 'token', 'fil'], './given.ts')
  expect(module).toBe(`import { use, file, files } from './given.ts'; ${code}`)
})

test('code that has all it names is left as it is', () => {
  expect(moduleOf('one()', ['two'], './given.ts')).toBe('one()')
})
