import { expect, test } from 'vitest'
import { codeBlocks } from './code-blocks.ts'

const document = `# A page

\`\`\`sh
npm install
\`\`\`

\`\`\`tsx
const one = \`1\`
\`\`\`

Text, \`\`\`tsx in a line\`\`\`, and more.

\`\`\`ts
const not = 'this one'
\`\`\`

\`\`\`tsx
const two = 2

export { two }
\`\`\`
`

test('the code of one language, in order, without its fences', () => {
  expect(codeBlocks(document, 'tsx')).toEqual(['const one = `1`\n', 'const two = 2\n\nexport { two }\n'])
  expect(codeBlocks(document, 'sh')).toEqual(['npm install\n'])
  expect(codeBlocks(document, 'python')).toEqual([])
})
