import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { expectStored, makeFolder } from '../support/folder.ts'
import { openSocket, type RawSocket } from '../support/raw-socket.ts'
import { startServer, tellsOfProcesses, type Server } from '../support/server.ts'
import { carryOn, newUpload } from '../support/upload.ts'
import { wires } from '../support/wires.ts'

const MiB = 1024 ** 2
const [drf = expect.unreachable(), tus = expect.unreachable()] = wires

/** Most memory that the process ever had, in bytes. */
async function peakMemory({ pid }: Server): Promise<number> {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

/** Opens an upload and announces its next chunk, whose bytes the test sends as it likes. */
async function announce(server: Server, name: string, size: number): Promise<RawSocket> {
  const upload = newUpload(tus, name, 20, 10)
  const { url } = await tus.create(server.endpoint, upload.key, {
    offset: 0,
    body: upload.file.slice(0, 10),
    size: 10 + size,
  })
  const { pathname, host } = new URL(url ?? '')
  const socket = await openSocket(server.port)
  const type = 'Content-Type: application/offset+octet-stream'
  const headers = [`Host: ${host}`, 'Tus-Resumable: 1.0.0', 'Upload-Offset: 10', `Content-Length: ${size}`, type]
  socket.write(`PATCH ${pathname} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
  return socket
}

test.skipIf(!tellsOfProcesses)(
  'S20 I16 a thousand open uploads, two hundred slow ones and fifty hostile sockets: an honest upload ends whole, in under 300 MB',
  async ({ annotate }) => {
    const dir = await makeFolder()
    const server = await startServer({ dir })
    const open = Array.from({ length: 750 }, (_, index) => newUpload(drf, `open ${index}`, 2000, 1000))
    for (let at = 0; at < open.length; at += 50)
      await Promise.all(
        open
          .slice(at, at + 50)
          .map((upload) =>
            drf.create(server.endpoint, upload.key, { offset: 0, body: upload.file.slice(0, 1000), size: 2000 }),
          ),
      )
    const slow = await Promise.all(
      Array.from({ length: 200 }, (_, index) => announce(server, `slow ${index}`, 10 * MiB)),
    )
    const hostile = await Promise.all(
      Array.from({ length: 50 }, (_, index) => announce(server, `hostile ${index}`, 10 * MiB)),
    )
    const slice = new Uint8Array(2000)
    const feed = setInterval(() => {
      for (const socket of slow) socket.write(slice)
    }, 100)
    const trickle = setInterval(() => {
      for (const socket of hostile) socket.write('.')
    }, 1000)
    try {
      const honest = newUpload(drf, 'honest', 100 * MiB, 8 * MiB)
      await carryOn(honest, server.endpoint)
      await expectStored(dir, honest)
    } finally {
      clearInterval(feed)
      clearInterval(trickle)
    }
    const peak = await peakMemory(server)
    await annotate(`The server took ${Math.round(peak / 1e6)} MB at most`)
    expect(peak).toBeLessThan(300e6)
    expect((await server.look()).faults).toEqual([])
    // All of those that were open can still be asked for, and go on.
    const [first = expect.unreachable()] = open
    await carryOn(first, server.endpoint)
    await expectStored(dir, first)
  },
  90_000,
)
