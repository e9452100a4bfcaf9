import { readFile, stat } from 'node:fs/promises'
import { isCode, type Root } from './disk-paths.ts'

/**
 * Takes a name for an upload whose bytes come next: an empty-handed file that says whose it is, which the finished one
 * replaces. Two that want one name at once cannot both have it, and after a crash the upload finds its own again.
 */
export async function claimName(root: Root, relative: string, id: string): Promise<boolean> {
  const mark = `chunkwise ${id}\n`
  try {
    const handle = await root.within(relative, () => root.open(relative, 'create'))
    try {
      await handle.writeFile(mark)
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
    const { size } = await stat(root.at(relative))
    return size === mark.length && (await readFile(root.at(relative), 'utf8')) === mark
  }
}

/** Whether a file of this name is there. */
export async function isTaken(root: Root, relative: string): Promise<boolean> {
  try {
    await stat(root.at(relative))
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}
