import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectRepairable, expectStored, makeFolder, recordOf } from '../support/folder.ts'
import { startServer, type Server } from '../support/server.ts'
import { attach, canTrace } from '../support/strace.ts'
import { addressOf, carryOn, newUpload, type Upload } from '../support/upload.ts'
import { wires, type Answer, type Wire } from '../support/wires.ts'

const size = 3000

interface Begun {
  readonly dir: string
  readonly server: Server
  readonly upload: Upload
  /** Sends the next chunk while the disk does this. */
  readonly appendWhile: (inject: string) => Promise<Answer>
  /** Where the server says that it stands. */
  readonly offset: () => Promise<number | undefined>
}

/** An upload with a third of its bytes. */
async function begin(wire: Wire): Promise<Begun> {
  const dir = await makeFolder()
  const server = await startServer({ dir })
  const upload = newUpload(wire, 'broken', size, 1000)
  const piece = (offset: number) => ({ offset, body: upload.file.slice(offset, offset + 1000), size })
  const { url = '' } = await wire.create(server.endpoint, upload.key, piece(0))
  upload.id = url.split('/').at(-2)
  upload.acked = 1000
  return {
    dir,
    server,
    upload,
    async appendWhile(inject) {
      const tracer = await attach(server, inject)
      try {
        return await wire.append(addressOf(upload, server.endpoint), piece(1000))
      } finally {
        await tracer.detach()
      }
    },
    offset: async () => (await wire.ask(addressOf(upload, server.endpoint))).offset,
  }
}

async function partSize(dir: string, upload: Upload): Promise<number> {
  const { partial } = await recordOf(dir, upload)
  return (await stat(join(dir, partial))).size
}

describe.skipIf(!canTrace()).each(wires)('$name', (wire) => {
  test.each([
    ['the write of the bytes', 'pwrite64:error=ENOSPC:when=1'],
    ['their sync', 'fdatasync:error=ENOSPC:when=1'],
    ['the sync of the record', 'fdatasync:error=ENOSPC:when=2'],
  ])(
    'S07 S12 a disk that is full at %s: 507, the offset stands, and the upload goes on when there is room',
    async (_name, inject) => {
      const { dir, server, upload, appendWhile, offset } = await begin(wire)
      expect((await appendWhile(inject)).status).toBe(507)
      expect([await offset(), await partSize(dir, upload)]).toEqual([1000, 1000])
      await expectRepairable(dir)
      await carryOn(upload, server.endpoint)
      await expectStored(dir, upload)
      // Full disks are foreseen: the host is not called for help.
      expect((await server.look()).faults).toEqual([])
    },
  )

  test.each([
    ['the write of the bytes', 'pwrite64:error=EIO:when=1'],
    ['their sync', 'fdatasync:error=EIO:when=1'],
    ['the sync of the record', 'fdatasync:error=EIO:when=2'],
  ])(
    'S13 S12 I03 a disk that fails at %s: 500, back to the last commit, and the next try is whole',
    async (_name, inject) => {
      const { dir, server, upload, appendWhile, offset } = await begin(wire)
      expect((await appendWhile(inject)).status).toBe(500)
      expect([await offset(), await partSize(dir, upload)]).toEqual([1000, 1000])
      expect((await server.look()).faults).toEqual([expect.stringContaining('EIO')])
      // Whatever a failed sync has left must not count, if the server dies now.
      await server.kill()
      await expectRepairable(dir)
      const next = await startServer({ dir })
      await carryOn(upload, next.endpoint)
      await expectStored(dir, upload)
    },
  )

  test('S13 a disk that fails again ends the upload, and only that one', async () => {
    const { dir, server, upload, appendWhile } = await begin(wire)
    expect((await appendWhile('fdatasync:error=EIO:when=1')).status).toBe(500)
    expect((await appendWhile('fdatasync:error=EIO:when=1')).status).toBe(500)
    expect(
      (await wire.append(addressOf(upload, server.endpoint), { offset: 1000, body: upload.file.slice(1000), size }))
        .status,
    ).toBe(410)
    expect(await recordOf(dir, upload)).toMatchObject({ status: 'failed' })
    const other = newUpload(wire, 'other', size, 1000)
    await carryOn(other, server.endpoint)
    await expectStored(dir, other)
  })

  test.each([
    ['the record before the move', 'fdatasync:error=EIO:when=3'],
    ['the move', 'rename:error=EIO:when=1'],
    ['the sync of the folder after it', 'fsync:error=EIO:when=1'],
    ['the record after it', 'fdatasync:error=EIO:when=4'],
  ])(
    'S14 S17 a disk that fails at the finish, at %s: no success is told, and the next finish ends it, once',
    async (_name, inject) => {
      const dir = await makeFolder()
      const finished = join(await makeFolder(), 'finished')
      const server = await startServer({ dir, finished })
      // All that is made once for a folder is there.
      await carryOn(newUpload(wire, 'first', size, size), server.endpoint)
      const upload = newUpload(wire, 'broken', size, 2000)
      const piece = (offset: number) => ({ offset, body: upload.file.slice(offset, offset + 2000), size })
      upload.id = (await wire.create(server.endpoint, upload.key, piece(0))).url?.split('/').at(-2)
      const url = addressOf(upload, server.endpoint)
      const tracer = await attach(server, inject)
      const appended = await wire.append(url, piece(2000))
      const answer = wire.name === 'drf' ? await wire.finish(url, { size, md5: upload.md5 }) : appended
      await tracer.detach()
      expect(answer.status).toBe(500)
      expect((await recordOf(dir, upload)).status).not.toBe('complete')
      await carryOn(upload, server.endpoint)
      await expectStored(dir, upload)
      const calls = (await readFile(finished, 'utf8')).split('\n').filter((id) => id === upload.id)
      expect(calls.length).toBe(inject === 'fdatasync:error=EIO:when=4' ? 2 : 1)
    },
  )
})
