import { expect, test } from 'vitest'
import { readBlocks } from './blocks.ts'

const page = 'docs/page.md'

test('each fenced block is read with its language, its marks and its place', () => {
  const markdown = [
    '# A page',
    '',
    '```ts run',
    'const one = 1',
    '',
    'const two = 2',
    '```',
    'Text.',
    '~~~sh',
    'ls',
    '~~~',
  ]
  const { blocks, prose } = readBlocks(page, markdown.join('\n'))
  expect(blocks).toEqual([
    { page, line: 4, language: 'ts', marks: ['run'], code: 'const one = 1\n\nconst two = 2' },
    { page, line: 10, language: 'sh', marks: [], code: 'ls' },
  ])
  expect(prose).toEqual(['# A page', '', '', '', '', '', '', 'Text.', '', '', ''])
})

test('a block in a list is read without the indentation of the list', () => {
  const { blocks } = readBlocks(page, '- Do this:\n\n  ```sh\n  cd here\n    there\n  ```\n')
  expect(blocks.map(({ code }) => code)).toEqual(['cd here\n  there'])
})

test('a fence in a longer fence is its content', () => {
  expect(readBlocks(page, '````text\n```ts\n```\n````').blocks).toHaveLength(1)
})

test('code in the middle of a line is no fence', () => {
  expect(readBlocks(page, 'Write ```ts``` there.').blocks).toEqual([])
})

test('a fence that is never closed is refused, with its line', () => {
  expect(() => readBlocks(page, 'Text\n```ts\nconst one = 1')).toThrow('docs/page.md:2 a fence is never closed')
})

test('a fence may name no language', () => {
  expect(readBlocks(page, '```\nwhatever\n```').blocks).toMatchObject([{ language: '', code: 'whatever' }])
})
