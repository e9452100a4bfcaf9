import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Every file of ours that an entry needs, by its path in `src`. */
function reach(entry: string, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(entry)) return seen
  const text = readFileSync(new URL(entry, import.meta.url), 'utf8')
  seen.set(entry, text)
  for (const [, target = ''] of text.matchAll(/from '(\.{1,2}\/[^']+)'/g))
    reach(new URL(target, `file:///${entry}`).pathname.slice(1), seen)
  return seen
}

test('what is mounted in a browser needs nothing of Node', () => {
  const files = reach('index.ts')
  expect(files.size).toBeGreaterThan(20)
  for (const [file, text] of files) {
    expect(text, file).not.toMatch(/from 'node:/)
    expect(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''), file).not.toMatch(
      /\b(?:Buffer|process|__dirname|require)\b[.(]/,
    )
  }
})

test('the entry for Node has what it needs', () => {
  expect([...reach('node.ts').keys()]).toContain('stores/disk.ts')
})
