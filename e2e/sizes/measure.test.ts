import { expect, test } from 'vitest'
import { parts } from './measure.ts'

const output = (imports: readonly (readonly [kind: 'import-statement' | 'dynamic-import', path: string])[] = []) => ({
  ...{ bytes: 1, inputs: {}, exports: [] },
  imports: imports.map(([kind, path]) => ({ kind, path })),
})

test('what a page imports at once is its start, with its styles; what it imports later comes later, but for what is rare', () => {
  const outputs = {
    'out/app.js': {
      ...output([
        ['import-statement', 'out/shared.js'],
        ['dynamic-import', 'out/hashing.js'],
      ]),
      entryPoint: 'entries/app.js',
    },
    'out/app.css': output(),
    'out/shared.js': output([['import-statement', 'out/deep.js']]),
    'out/deep.js': output([['import-statement', 'out/shared.js']]),
    'out/hashing.js': { ...output([['import-statement', 'out/shared.js']]), entryPoint: 'dist/hashing.js' },
    'out/hash.worker.js': output(),
    'out/hash-more.worker.js': output(),
  }
  expect(parts({ outputs })).toEqual({
    start: ['out/app.js', 'out/shared.js', 'out/deep.js', 'out/app.css'],
    later: ['out/hashing.js', 'out/hash.worker.js'],
  })
})
