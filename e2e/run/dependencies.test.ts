import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './command.ts'
import { publishedFolders } from './workspace.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
}

test('S42 a package brings along what docs/safety.md gives a reason for, and nothing else', () => {
  const argued = [...read('docs/safety.md').matchAll(/^\| `(@chunkwise\/\w+)`\s+\| `([^`]+)`\s+\| \S/gm)].map(
    ([, name, dependency]) => `${name} ${dependency}`,
  )
  const brought = publishedFolders().flatMap((folder) => {
    // The manifests are ours.
    const { name, dependencies = {} } = JSON.parse(read(join(folder, 'package.json'))) as Manifest
    return Object.keys(dependencies)
      .filter((dependency) => !dependency.startsWith('@chunkwise/'))
      .map((dependency) => `${name} ${dependency}`)
  })
  expect(argued.toSorted()).toEqual(brought.toSorted())
  expect(brought).toContain('@chunkwise/server zod')
})

test('S42 a release looks for known faults in what comes along, before it publishes', () => {
  const workflow = read('.github/workflows/release.yml')
  expect(workflow).toMatch(/pnpm audit --prod[^]*publish: pnpm release/)
})
