import { expect, test, vi } from 'vitest'
import { createFileSync } from './disk-sync.ts'

const MiB = 1024 ** 2

/** A file whose syncs end when they are told to. */
function file() {
  const ends: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = []
  const datasync = vi.fn(
    () => new Promise<void>((resolve, reject) => void ends.push({ resolve: () => resolve(), reject })),
  )
  const handle = { datasync } as unknown as Parameters<typeof createFileSync>[0]
  return { sync: createFileSync(handle), datasync, ends }
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('what is written is synced while more comes, one sync at a time', async () => {
  const { sync, datasync, ends } = file()
  for (let written = 0; written < 3; written += 1) sync.wrote(MiB)
  expect(datasync).toHaveBeenCalledTimes(0)
  for (let written = 0; written < 9; written += 1) sync.wrote(MiB)
  expect(datasync).toHaveBeenCalledTimes(1)
  ends[0]?.resolve()
  await turn()
  sync.wrote(MiB)
  expect(datasync).toHaveBeenCalledTimes(2)
})

test('the end waits for the one that is under way, and for one more', async () => {
  const { sync, datasync, ends } = file()
  sync.wrote(4 * MiB)
  let over = false
  const finished = sync.finish().then(() => (over = true))
  await turn()
  expect(datasync).toHaveBeenCalledTimes(1)
  ends[0]?.resolve()
  await turn()
  expect(datasync).toHaveBeenCalledTimes(2)
  expect(over).toBe(false)
  ends[1]?.resolve()
  await finished
})

test('S13 a sync that failed while more came fails the end, though the last one succeeds', async () => {
  const { sync, ends } = file()
  sync.wrote(4 * MiB)
  ends[0]?.reject(new Error('EIO'))
  const finished = sync.finish()
  await turn()
  ends[1]?.resolve()
  await expect(finished).rejects.toThrow('EIO')
})
