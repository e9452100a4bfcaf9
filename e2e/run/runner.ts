import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, execute, root } from './command.ts'
import { type Counts, judge } from './counts.ts'

/**
 * Runs a test runner that writes a report as JSON, and counts what it ran.
 *
 * @param read counts the tests in its report.
 * @param strict counts skipped tests as failed.
 * @param command the runner, told where to write its report.
 */
export async function runReporting(
  read: (report: unknown, root: string) => Counts,
  strict: boolean,
  command: (reportPath: string) => Command,
): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-test-'))
  try {
    const path = join(folder, 'report.json')
    const exitCode = await execute(command(path))
    return judge(await readReport(path, read), exitCode, strict)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function readReport(path: string, read: (report: unknown, root: string) => Counts): Promise<Counts | undefined> {
  try {
    return read(JSON.parse(await readFile(path, 'utf8')), root)
  } catch (cause) {
    console.error(`The runner left no report that can be read: ${String(cause)}`)
    return undefined
  }
}
