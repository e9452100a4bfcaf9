import { createHash } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDiskDigests } from './disk-digest.ts'

const MiB = 1024 ** 2
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const filled = (size: number, value: number): Buffer => Buffer.alloc(size, value)

async function make() {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-digest-'))
  const digests = createDiskDigests()
  onTestFinished(async () => {
    await digests.close()
    await rm(dir, { recursive: true, force: true })
  })
  const file = (id: string, size: number) => ({ id, path: join(dir, id), algorithm: 'md5' as const, size })

  /** The thread takes turns of 1 MiB: once it is through with a larger file, it is through with the others too. */
  async function settled(): Promise<void> {
    await writeFile(join(dir, 'large'), filled(12 * MiB, 1))
    await digests.checksum(file('large', 12 * MiB))
    digests.forget('large')
  }

  return { digests, file, settled, put: (id: string, bytes: Uint8Array) => writeFile(join(dir, id), bytes) }
}

test('a chunk is read while it comes in, so that its end need not be waited for', async () => {
  const { digests, file, settled, put } = await make()
  await put('a', filled(4 * MiB, 2))
  digests.ahead(file('a', 0), 4 * MiB)
  await settled()
  // What is read of it now would be another digest.
  await put('a', filled(4 * MiB, 3))
  digests.advance(file('a', 4 * MiB))
  expect(await digests.checksum(file('a', 4 * MiB))).toBe(md5(filled(4 * MiB, 2)))
})

test('S18 bytes of a chunk that was not kept count for nothing, wherever they were read', async () => {
  const { digests, file, settled, put } = await make()
  await put('a', Buffer.concat([filled(MiB, 2), filled(4 * MiB, 3)]))
  digests.advance(file('a', MiB))
  digests.ahead(file('a', MiB), 5 * MiB)
  await settled()
  digests.advance(file('a', MiB))
  expect(await digests.checksum(file('a', MiB))).toBe(md5(filled(MiB, 2)))
  const second = Buffer.concat([filled(MiB, 2), filled(6 * MiB, 4)])
  await put('a', second)
  digests.ahead(file('a', MiB), 5 * MiB)
  digests.advance(file('a', 7 * MiB))
  expect(await digests.checksum(file('a', 7 * MiB))).toBe(md5(second))
})

test('S18 of a chunk that was kept in part only the part counts', async () => {
  const { digests, file, settled, put } = await make()
  const bytes = Buffer.concat([filled(3 * MiB, 2), filled(3 * MiB, 3)])
  await put('a', bytes)
  digests.ahead(file('a', 0), 5 * MiB)
  await settled()
  digests.advance(file('a', 2 * MiB))
  expect(await digests.checksum(file('a', 2 * MiB))).toBe(md5(bytes.subarray(0, 2 * MiB)))
})

test('the way back is no longer than the chunk, also for a thread that was behind, and where the file was cut', async () => {
  const { digests, file, settled, put } = await make()
  const bytes = Buffer.concat([filled(1.5 * MiB, 2), filled(2.5 * MiB, 3)])
  await put('a', bytes)
  digests.advance(file('a', 1.5 * MiB))
  digests.ahead(file('a', 1.5 * MiB), 6 * MiB)
  await settled()
  // What was committed is not read a second time.
  await put('a', Buffer.concat([filled(1.5 * MiB, 4), filled(2.5 * MiB, 3)]))
  digests.advance(file('a', 3 * MiB))
  expect(await digests.checksum(file('a', 3 * MiB))).toBe(md5(bytes.subarray(0, 3 * MiB)))
})

test('of a file that was cut below what was committed the checksum begins anew', async () => {
  const { digests, file, put } = await make()
  await put('a', filled(3 * MiB, 2))
  await digests.checksum(file('a', 3 * MiB))
  await truncate(file('a', 0).path, MiB)
  digests.advance(file('a', MiB))
  expect(await digests.checksum(file('a', MiB))).toBe(md5(filled(MiB, 2)))
})

test('a file that has lost committed bytes is said to have', async () => {
  const { digests, file, put } = await make()
  await put('a', filled(MiB, 2))
  await expect(digests.checksum(file('a', 2 * MiB))).rejects.toThrow(
    `Cannot make the checksum: Error: The stored file ends at ${MiB} of ${2 * MiB} committed bytes`,
  )
})
