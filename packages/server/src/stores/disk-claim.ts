import { readFileSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { isCode, type Root } from './disk-paths.ts'

/** Said when another process has the folder. */
export class FolderTakenError extends Error {
  override readonly name = 'FolderTakenError'
  /** Id of the process that has it. */
  readonly holder: number

  constructor(folder: string, holder: number) {
    super(`The folder ${folder} is in use by process ${holder}: one server at a time may keep uploads in it`)
    this.holder = holder
  }
}

const file = '.sessions/process.json'

interface Claim {
  readonly pid: number
  readonly started: string
}

/**
 * Makes this process the only one that writes to a folder, since locks are held in memory. A claim whose process has ended
 * is void (F08).
 *
 * @throws FolderTakenError when a living process has it.
 */
export async function claimFolder(root: Root): Promise<void> {
  const holder = await readClaim(root)
  if (holder !== undefined && holder !== process.pid) throw new FolderTakenError(root.path, holder)
  await root.prepare(file)
  const temporary = `${file}.${process.pid}`
  await rm(root.at(temporary), { force: true })
  const handle = await root.open(temporary, 'create')
  try {
    await handle.writeFile(JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Claim))
  } finally {
    await handle.close()
  }
  await rename(root.at(temporary), root.at(file))
}

/** Gives the folder free, if it is this process's. */
export async function releaseFolder(root: Root): Promise<void> {
  if ((await readClaim(root)) === process.pid) await rm(root.at(file), { force: true })
}

/** The living process that has a folder. */
async function readClaim(root: Root): Promise<number | undefined> {
  const text = await readFile(root.at(file), 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return ''
    throw error
  })
  const claim = parse(text)
  return claim && isAlive(claim) ? claim.pid : undefined
}

function parse(text: string): Claim | undefined {
  const [, pid, started] = /^\{"pid":(\d+),"started":"(\d*)"\}$/.exec(text) ?? []
  return pid === undefined || started === undefined ? undefined : { pid: Number(pid), started }
}

function isAlive({ pid, started }: Claim): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return isCode(error, 'EPERM')
  }
  // Ids are used again: it is the same process only if it began at the same time.
  return startOf(pid) === started
}

/** When a process began, in ticks since the system did; empty where the system does not tell. */
function startOf(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? ''
    )
  } catch {
    return ''
  }
}
