import { cp, mkdtemp, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { SessionRecord } from '@chunkwise/server'
import { diskStore } from '@chunkwise/server/node'
import { expect, onTestFinished } from 'vitest'
import type { Server } from './server.ts'
import { md5Of, type Upload } from './upload.ts'

/** A folder that goes when the test is over. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-faults-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What all files in a folder hold, by their paths. */
async function filesIn(folder: string): Promise<ReadonlyMap<string, { readonly size: number; readonly md5: string }>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const found = await Promise.all(
    paths.map(async (path) => {
      const bytes = await readFile(path)
      return [path.slice(folder.length + 1), { size: bytes.length, md5: md5Of(bytes) }] as const
    }),
  )
  return new Map(found.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * Looks at what a crash left of a store, in a copy: when it is opened, no session has fewer bytes than were committed, none
 * has more, and opening it again changes nothing (I14).
 */
export async function expectRepairable(dir: string): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), 'chunkwise-faults-'))
  try {
    // Without the claim of the server, which may be alive.
    await cp(dir, copy, { recursive: true, filter: (path) => basename(path) !== 'process.json' })
    const records = await repair(copy)
    const once = await filesIn(copy)
    for (const { status, offset, partial, complete } of records) {
      expect(status).not.toBe('failed')
      // It was asked to go: some of it may have gone.
      if (status === 'expired') continue
      const file = status === 'complete' ? once.get(complete) : (once.get(partial) ?? once.get(complete))
      expect(file?.size).toBe(offset)
    }
    await repair(copy)
    expect([...(await filesIn(copy))]).toEqual([...once])
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function repair(dir: string): Promise<SessionRecord[]> {
  const store = diskStore({ dir })
  await store.open()
  const records: SessionRecord[] = []
  for await (const record of store.list()) records.push(record)
  await store.close()
  return records
}

/** A finished upload is in its final place, byte for byte (I02). */
export async function expectStored(dir: string, upload: Upload): Promise<void> {
  const stored = await pathsOf(dir, upload)
  expect(stored).toHaveLength(1)
  const [path = ''] = stored
  expect(path).toMatch(/\.done$/)
  const bytes = await readFile(join(dir, path))
  expect([bytes.length, md5Of(bytes)]).toEqual([upload.file.length, upload.md5])
}

/** What a store remembers on the disk: of each upload the last line that is whole. */
async function recordsIn(dir: string): Promise<SessionRecord[]> {
  const records = new Map<string, SessionRecord>()
  const lines = (await readFile(join(dir, '.sessions', 'records.jsonl'), 'utf8')).split('\n').slice(0, -1)
  for (const line of lines) {
    const change = JSON.parse(line) as SessionRecord | { readonly removed: string }
    if ('removed' in change) records.delete(change.removed)
    else records.set(change.id, change)
  }
  return [...records.values()]
}

/** What a store remembers of an upload on the disk. */
export async function recordOf(dir: string, { id }: Pick<Upload, 'id'>): Promise<SessionRecord> {
  const found = (await recordsIn(dir)).find((record) => record.id === id)
  return found ?? expect.unreachable(`No record of ${id}`)
}

/** How many bytes each unfinished upload has on the disk, and how many were committed. */
export async function lengthsIn(dir: string): Promise<readonly { readonly offset: number; readonly stored: number }[]> {
  const unfinished = (await recordsIn(dir)).filter(({ status }) => status === 'uploading')
  return Promise.all(
    unfinished.map(async ({ offset, partial }) => ({ offset, stored: (await stat(join(dir, partial))).size })),
  )
}

async function pathsOf(dir: string, { id = '' }: Upload): Promise<string[]> {
  const paths = await readdir(dir, { recursive: true })
  return paths.filter((path) => path.includes(id) && !path.startsWith('.sessions'))
}

/**
 * What a crash has left lies about no longer than it must: after the time that is given to what is young, nothing is in the
 * store but these uploads (S34).
 */
export async function expectNothingElse(dir: string, server: Server, uploads: readonly Upload[] = []): Promise<void> {
  const old = new Date(Date.now() - 7_200_000)
  for (const path of await strangersIn(dir, uploads)) await utimes(path, old, old)
  await server.sweep()
  expect(await strangersIn(dir, uploads)).toEqual([])
  expect(new Set((await recordsIn(dir)).map(({ id }) => id))).toEqual(new Set(uploads.map(({ id }) => id)))
}

async function strangersIn(dir: string, uploads: readonly Upload[]): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const known = new Set(['process.json', 'records.jsonl', ...uploads.map(({ id }) => `${id}.done`)])
  return entries
    .filter((entry) => entry.isFile() && !known.has(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}
