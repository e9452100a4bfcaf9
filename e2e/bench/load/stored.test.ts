import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeAll } from './stored.ts'

const sent = { size: 5, md5: createHash('md5').update('bytes').digest('hex') }
let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chunkwise-stored-'))
  await mkdir(join(dir, 'below'))
  for (const [name, text] of [
    ['one', 'bytes'],
    ['below/other', 'bytes'],
    ['record.json', '{ "offset": 5 }'],
  ] as const)
    await writeFile(join(dir, name), text)
})
afterEach(() => rm(dir, { recursive: true }))

test('what was stored is removed, wherever it is, and nothing else', async () => {
  await removeAll(dir, sent, 2)
  expect(await readdir(dir, { recursive: true })).toEqual(['below', 'record.json'])
})

test('another count is refused', async () => {
  await expect(removeAll(dir, sent, 3)).rejects.toThrow('Expected 3 files of 5 bytes')
})

test('other bytes are refused', async () => {
  await expect(removeAll(dir, { ...sent, md5: 'f'.repeat(32) }, 2)).rejects.toThrow(/to have the MD5 f+, got /)
})
