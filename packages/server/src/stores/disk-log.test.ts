import { mkdtemp, open as openFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openLog, readLog, type DiskLog } from './disk-log.ts'
import { openRoot, type Root } from './disk-paths.ts'

const path = 'kept/log'

async function makeRoot(): Promise<Root> {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-log-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return openRoot(dir)
}

/** A log of names with numbers: a later number of the same name is what counts. */
async function open(root: Root): Promise<{ log: DiskLog; known: Map<string, number>; lines: string[] }> {
  const known = new Map<string, number>()
  const lines: string[] = []
  const size = await readLog(root, path, (line) => {
    lines.push(line)
    const [name = '', value] = line.split(' ')
    known.set(name, Number(value))
  })
  const whole = (): Iterable<string> => [...known].map(([name, value]) => `${name} ${value}`)
  const log = await openLog(root, { path, durable: true, whole }, size)
  onTestFinished(() => log.close())
  return { log, known, lines }
}

const add = (log: DiskLog, known: Map<string, number>, name: string, value: number): Promise<void> =>
  log.add(`${name} ${value}`, () => known.set(name, value))

/** What every handle of a file inherits, to spy on. */
async function handles(root: Root) {
  const handle = await openFile(root.path)
  await handle.close()
  return Object.getPrototypeOf(handle) as typeof handle
}

test('lines that come at once share a write and a sync, and each counts before its promise resolves', async () => {
  const root = await makeRoot()
  const { log, known } = await open(root)
  const sync = vi.spyOn(await handles(root), 'datasync')
  onTestFinished(() => sync.mockRestore())
  const names = Array.from({ length: 50 }, (_, index) => `name${index}`)
  await Promise.all(
    names.map(async (name, index) => {
      await add(log, known, name, index)
      expect(known.get(name)).toBe(index)
    }),
  )
  expect(sync).toHaveBeenCalledTimes(1)
  expect([...(await open(root)).known]).toEqual(names.map((name, index) => [name, index]))
})

test('one that has grown to twice its size is written anew, with nothing but what counts', async () => {
  const root = await makeRoot()
  const { log, known } = await open(root)
  // Letters of three bytes, so that some stand where the reader cuts.
  const long = '履'.repeat(1000)
  for (let value = 0; value < 800; value += 1) await add(log, known, `${long}${value % 3}`, value)
  const { lines, known: read } = await open(root)
  expect(lines.length).toBeLessThan(500)
  expect([...read]).toEqual([...known])
  expect(await readdir(root.at('kept'))).toEqual(['log'])
})

test.each(['half a li', '\0\0\0\0', Buffer.of(0xd0)])(
  'what a crash has left at the end, %j, does not reach into the next line',
  async (tail) => {
    const root = await makeRoot()
    const { log, known } = await open(root)
    await add(log, known, 'a', 1)
    await writeFile(root.at(path), tail, { flag: 'a' })
    const next = await open(root)
    await add(next.log, next.known, 'b', 2)
    expect((await open(root)).lines).toEqual(['a 1', 'b 2'])
  },
)

test('S13 lines whose sync fails are taken back, and told to all that share it', async () => {
  const root = await makeRoot()
  const { log, known } = await open(root)
  await add(log, known, 'a', 1)
  const sync = vi.spyOn(await handles(root), 'datasync').mockRejectedValueOnce(new Error('EIO'))
  onTestFinished(() => sync.mockRestore())
  const both = await Promise.allSettled([add(log, known, 'a', 2), add(log, known, 'b', 3)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect([...known]).toEqual([['a', 1]])
  expect(await readFile(root.at(path), 'utf8')).toBe('a 1\n')
  await add(log, known, 'b', 4)
  expect(await readFile(root.at(path), 'utf8')).toBe('a 1\nb 4\n')
})

test('S13 what cannot even be taken back is left behind: the log is written anew', async () => {
  const root = await makeRoot()
  const { log, known } = await open(root)
  await add(log, known, 'a', 1)
  const prototype = await handles(root)
  const sync = vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(new Error('EIO'))
  const cut = vi.spyOn(prototype, 'truncate').mockRejectedValueOnce(new Error('EIO'))
  onTestFinished(() => [sync, cut].forEach((spy) => spy.mockRestore()))
  await expect(add(log, known, 'b', 2)).rejects.toThrow('EIO')
  await add(log, known, 'c', 3)
  expect((await open(root)).lines).toEqual(['a 1', 'c 3'])
})
