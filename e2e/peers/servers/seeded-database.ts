import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const seed = 'from up.seed import seed; seed()'
const name = 'db.sqlite3'

/**
 * The database of a Django project as migrations and its seed leave it: made once, beside what the project runs on, and anew when a
 * file of the project has changed. Django takes seconds for what is the same each time.
 *
 * @returns path of a file to be copied
 */
export async function seededDatabase(python: string, project: string): Promise<string> {
  const seeds = join(dirname(python), '..', 'seeds')
  const path = join(seeds, `${await digestOf(project)}.sqlite3`)
  if (existsSync(path)) return path
  await mkdir(seeds, { recursive: true })
  const folder = await mkdtemp(join(seeds, 'making-'))
  const options = { cwd: project, env: { ...process.env, PEER_FOLDER: folder, PYTHONDONTWRITEBYTECODE: '1' } }
  const manage = (...args: readonly string[]) => promisify(execFile)(python, ['manage.py', ...args], options)
  try {
    await manage('migrate', '--run-syncdb', '-v0')
    await manage('shell', '-c', seed)
    // Whoever has made the same meanwhile has made the same.
    await rename(join(folder, name), path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return path
}

async function digestOf(project: string): Promise<string> {
  const names = (await readdir(project, { recursive: true })).filter((each) => each.endsWith('.py')).toSorted()
  const hash = createHash('sha256').update(basename(project))
  for (const each of names) hash.update(each).update(await readFile(join(project, each)))
  return hash.digest('hex').slice(0, 16)
}
