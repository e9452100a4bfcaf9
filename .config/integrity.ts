import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

// The last step of a package's build: what a page may say in `integrity` of the files that are for script tags, for people
// on the terminal and for programs in `dist/integrity.json`.

const dist = 'dist'
const names = (await readdir(dist)).filter((name) => /^chunkwise.*\.js$/.test(name)).sort()
const hashOf = async (name: string): Promise<string> =>
  `sha384-${createHash('sha384')
    .update(await readFile(join(dist, name)))
    .digest('base64')}`
const hashes = await Promise.all(names.map(async (name) => [name, await hashOf(name)] as const))
await writeFile(join(dist, 'integrity.json'), `${JSON.stringify(Object.fromEntries(hashes), undefined, 2)}\n`)
for (const [name, hash] of hashes) console.log(`${name.padEnd(26)} ${hash}`)
