import { createFakeClock, createFaultServer, settle } from '@chunkwise/testing'
import { expect, test } from 'vitest'
import { createHashing } from '../src/checksum/hashing.ts'
import { createUploader, memoryStore, UploadError, type Hashing } from '../src/index.ts'
import { C, fileOf, reached } from './rig.ts'

const size = 4 * C
const endpoint = 'https://files.example/api/uploads/'

test('a hash that lags is remembered as it catches up, so that a reload hashes no confirmed byte twice', async () => {
  const clock = createFakeClock()
  const server = createFaultServer({ endpoint, clock })
  const store = memoryStore()
  let position = 0
  let advance = (_: number): void => {}
  const hashing: Hashing = {
    ...createHashing(),
    open: ({ onAdvance }) => {
      advance = (to) => {
        position = to
        onAdvance?.(to)
      }
      return {
        get position() {
          return position
        },
        advance: () => {},
        saved: (offset) =>
          position > 0 && position <= offset ? { engine: 'wasm', algorithm: 'md5', position, state: '' } : undefined,
        // Never done: the page is closed before.
        digest: () => new Promise(() => {}),
        close: () => {},
      }
    },
  }
  const uploader = createUploader({
    endpoint,
    chunkSize: C,
    clock,
    store,
    hashing,
    transport: server.transport(UploadError),
  })
  const upload = uploader.add(fileOf(size))
  await clock.run(reached(upload, ({ offset }) => offset === size))
  const remembered = async (): Promise<number | undefined> => (await store.list())[0]?.hash?.position
  expect(await remembered()).toBeUndefined()
  advance(2 * C)
  await settle()
  expect(await remembered()).toBe(2 * C)
})
