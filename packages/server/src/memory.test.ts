import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const MiB = 1024 ** 2

/** A server in a process of its own that tells its memory when it is asked to. */
const script = `
  import { createUploadHandler } from '@chunkwise/server'
  import { diskStore, startServer } from '@chunkwise/server/node'
  const store = diskStore({ dir: process.argv[1], durability: 'relaxed' })
  const { port } = await startServer({ handler: createUploadHandler({ store }), port: 0 })
  let peak = 0
  setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()) }, 10)
  process.on('message', () => process.send({ rss: process.memoryUsage.rss(), peak }))
  process.send({ port })
`

/** Sends a whole file in one request without holding it: one block again and again. */
function put(port: number, size: number, block: Buffer): Promise<number> {
  const head = Buffer.from(
    '--x\r\nContent-Disposition: form-data; name="filename"\r\n\r\na\r\n' +
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
  )
  const tail = Buffer.from('\r\n--x--\r\n')
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port,
        method: 'PUT',
        path: '/api/uploads/',
        headers: {
          'Content-Type': 'multipart/form-data; boundary=x',
          'Content-Range': `bytes 0-${size - 1}/${size}`,
          'Content-Length': head.length + size + tail.length,
        },
      },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    outgoing.once('error', reject)
    outgoing.write(head)
    let left = size
    const pump = (): void => {
      while (left > 0) {
        left -= block.length
        if (!outgoing.write(block) && left > 0) return void outgoing.once('drain', pump)
      }
      outgoing.end(tail)
    }
    pump()
  })
}

test('fifty requests of 64 MiB at once raise a process that has done nothing yet by less than 80 MiB', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-memory-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const child = spawn(
    process.execPath,
    ['--conditions=@chunkwise/source', '--import', 'tsx', '--input-type=module', '--eval', script, dir],
    { cwd: new URL('..', import.meta.url).pathname, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const message = (): Promise<Record<string, number>> =>
    new Promise((resolve) => child.once('message', (value) => resolve(value as Record<string, number>)))
  const { port = 0 } = await message()
  const ask = async (): Promise<Record<string, number>> => {
    child.send('memory')
    return message()
  }
  const block = Buffer.alloc(MiB, 'chunkwise')
  const { rss: before = 0 } = await ask()
  const statuses = await Promise.all(Array.from({ length: 50 }, () => put(port, 64 * MiB, block)))
  expect(statuses).toEqual(Array.from({ length: 50 }, () => 200))
  const { peak = Infinity } = await ask()
  const raised = Math.round((peak - before) / MiB)
  process.stdout.write(`50 x 64 MiB at once: ${Math.round(before / MiB)} MiB before, ${raised} MiB more at the peak\n`)
  // About 45 of them are what Node takes to receive as much and forget it.
  expect(raised).toBeLessThan(80)
}, 300_000)
