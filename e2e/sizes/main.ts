// `pnpm sizes`: weighs what apps take in, ours and others', and writes the table into docs/benchmarks.md.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { putBetween } from '../bench/document.ts'
import { digits, table } from '../bench/table.ts'
import { type Candidate, candidates } from './candidates.ts'
import { folderOf, measure } from './measure.ts'

const documentPath = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

const rows: string[][] = []
for (const candidate of candidates) {
  const { start, later } = await measure(candidate)
  rows.push([await nameOf(candidate), inKB(start), later > 0 ? inKB(later) : '', inKB(start + later)])
}
const text = table(['kB, minified and gzipped', 'at the start', 'with an upload', 'together'], rows)
console.log(text)
await writeFile(documentPath, putBetween(await readFile(documentPath, 'utf8'), 'sizes', text))
console.log('\nWritten into docs/benchmarks.md')

// Ours have no version until they are released.
async function nameOf({ name, package: from }: Candidate): Promise<string> {
  if (from.startsWith('@chunkwise/')) return name
  const manifest = await readFile(join(folderOf(from), 'package.json'), 'utf8')
  // Every package that was installed has one.
  return `${name} (${(JSON.parse(manifest) as { readonly version: string }).version})`
}

// As others give their sizes: of 1,000 bytes.
function inKB(bytes: number): string {
  return digits(bytes / 1000, 1)
}
