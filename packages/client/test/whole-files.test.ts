import type { Script } from '@chunkwise/testing'
import { describe, expect, test } from 'vitest'
import { drfChunkedUpload } from '../src/protocols/drf-chunked-upload.ts'
import { bytesOf, C, fileOf, holds, rig } from './rig.ts'

const MiB = 1024 ** 2

/** Sends one file after the other; says what went over the wire for the last one. */
async function run(sizes: readonly number[], around = rig(), options = {}) {
  const { uploader } = around.open(options)
  let before = 0
  for (const [index, size] of sizes.entries()) {
    before = around.server.log.length
    const upload = uploader.add(fileOf(size, `${index}.bin`, index))
    await around.clock.run(upload.finished)
    expect(upload.getState()).toMatchObject({ status: 'completed', verified: true })
    expect(await holds(around.server, upload, bytesOf(size, index))).toBe(true)
  }
  const sessions = await around.server.sessions()
  expect(sessions.filter(({ status }) => status === 'complete')).toHaveLength(sizes.length)
  return around.server.log.slice(before).map(({ method, kind }) => `${method} ${kind}`)
}

describe('small files', () => {
  test('go whole in one request, once the server has shown that it knows a repeat by its key', async () => {
    expect(await run([1000])).toEqual(['PUT create', 'POST complete'])
    expect(await run([1000, 2000])).toEqual(['POST create'])
  })

  test('do not where the app says so, and large ones never', async () => {
    const parts = ['PUT create', 'POST complete']
    expect(await run([1000, 2000], rig(), { protocol: drfChunkedUpload({ whole: 0 }) })).toEqual(parts)
    const auto = { chunkSize: 'auto' }
    expect(await run([1000, MiB], rig(), auto)).toEqual(['PUT create', 'PUT append', 'POST complete'])
  })

  test('do not at a server that knows no keys: a repeat there would double them', async () => {
    const serialize = (shown: object): object => ({ ...shown, upload_key: undefined })
    const around = rig({ handler: { drf: { serialize } } })
    expect(await run([1000, 2000], around)).toEqual(['PUT create', 'POST complete'])
  })

  test('do not while a session that was given up may be asked for again', async () => {
    const around = rig({ script: [{ fault: 'gone', on: 'append' }] })
    const parts = ['PUT create', 'PUT append']
    expect(await run([2 * C], around)).toEqual([...parts, ...parts, 'POST complete'])
  })

  test('that changed on their way go once more, in parts (F31)', async () => {
    const script: Script = ['ok', 'ok', { fault: 'corrupt', byte: 700 }]
    expect(await run([1000, 1000], rig({ script }))).toEqual([
      'POST create',
      'PUT create',
      'POST complete',
      'GET offset',
      'PUT create',
      'POST complete',
    ])
  })

  test('that are refused fail with what the server says of them', async () => {
    const around = rig({ script: ['ok', 'ok', 415, 415] })
    const { uploader } = around.open()
    await around.clock.run(uploader.add(fileOf(1000)).finished)
    const refused = uploader.add(fileOf(1000, 'b.bin', 2))
    await around.clock.run(refused.finished.catch(() => {}))
    expect(refused.getState()).toMatchObject({ status: 'failed', error: { code: 'rejected', status: 415 } })
  })

  test('whose answer is lost are there once all the same (F33, I06)', async () => {
    const around = rig({ script: ['ok', 'ok', 'lost'] })
    expect(await run([1000, 2 * C], around)).toEqual(['POST create', 'POST create'])
  })
})
