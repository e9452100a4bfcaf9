import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { expectNothingElse, expectStored, lengthsIn, makeFolder } from '../support/folder.ts'
import { openSocket } from '../support/raw-socket.ts'
import { startServer, type Server } from '../support/server.ts'
import { addressOf, carryOn, newUpload, Refused, type Upload } from '../support/upload.ts'
import { wires } from '../support/wires.ts'

const size = 4_000_000

/** Announces a chunk of which only the beginning comes. */
async function stall(upload: Upload, server: Server) {
  const { pathname, host } = new URL(addressOf(upload, server.endpoint))
  const socket = await openSocket(server.port)
  const headers = [`Host: ${host}`, 'Tus-Resumable: 1.0.0', `Upload-Offset: ${upload.acked}`, 'Content-Length: 100000']
  const type = 'Content-Type: application/offset+octet-stream'
  socket.write(`PATCH ${pathname} HTTP/1.1\r\n${[...headers, type].join('\r\n')}\r\n\r\n`)
  socket.write(upload.file.subarray(upload.acked, upload.acked + 50_000))
  return socket
}

test('F07 I14 asked to end in the middle of twenty uploads, the server leaves a clean store, and all go on to their end', async () => {
  const dir = await makeFolder()
  const server = await startServer({ dir, graceMs: 300 })
  const uploads = Array.from({ length: 20 }, (_, index) => {
    const wire = wires[index % wires.length] ?? expect.unreachable()
    return newUpload(wire, `upload ${index}`, size, 500_000)
  })
  const begun = new Set<Upload>()
  const all = Promise.allSettled(
    uploads.map((upload) => carryOn(upload, server.endpoint, () => void begun.add(upload))),
  )
  // One that will not end by itself, however long it is waited for.
  const slow = newUpload(wires[1] ?? expect.unreachable(), 'slow', size, 100_000)
  await carryOn(slow, server.endpoint, () => Promise.reject(new Error('that is enough'))).catch(() => {})
  const stalled = await stall(slow, server)
  while (begun.size < uploads.length / 2) await setTimeout(1)

  expect(await server.stop()).toBe(0)
  await stalled.closed
  expect(stalled.text()).toMatch(/^$|^HTTP\/1\.1 (?:400|503)/)
  for (const end of await all) {
    if (end.status === 'fulfilled') continue
    // Told to come again, or cut; never refused.
    if (end.reason instanceof Refused) expect(end.reason.status).toBe(503)
    else expect(end.reason).toMatchObject({ name: 'TypeError' })
  }
  // Nothing is left to be repaired: no tail, no claim.
  for (const { offset, stored } of await lengthsIn(dir)) expect(stored).toBe(offset)
  expect(existsSync(join(dir, '.sessions', 'process.json'))).toBe(false)

  const next = await startServer({ dir })
  await Promise.all([...uploads, slow].map((upload) => carryOn(upload, next.endpoint)))
  for (const upload of [...uploads, slow]) await expectStored(dir, upload)
  await expectNothingElse(dir, next, [...uploads, slow])
}, 60_000)
