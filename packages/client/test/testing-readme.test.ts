import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

test('the example in the README of @chunkwise/testing is one that runs', async () => {
  const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8')
  const example = await read('./testing-example.test.ts')
  expect(await read('../../testing/README.md')).toContain(`\`\`\`ts\n${example}\`\`\``)
})
