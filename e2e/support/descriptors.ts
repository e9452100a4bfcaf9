import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** How many connections and files a process has open. */
export async function descriptorsOf(process: number): Promise<number> {
  const folder = `/proc/${process}/fd`
  const names = (await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => ''))
  // Each thread of Node has pipes and more of its own.
  return (await Promise.all(names)).filter((name) => /^(?:socket:|\/(?!dev\/))/.test(name)).length
}
