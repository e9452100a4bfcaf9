import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { importing } from './importing.ts'

let folder = ''
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'chunkwise-'))))
afterAll(() => rm(folder, { recursive: true }))

test('gives what was imported, and asks once', async () => {
  const load = vi.fn(async () => ({ name: 'module' }))
  expect(await importing(load)).toEqual({ name: 'module' })
  expect(load).toHaveBeenCalledTimes(1)
})

test('an import that failed and fails from then on is fetched again under another fragment', async () => {
  const file = join(folder, 'later.mjs')
  const failure = new TypeError(`error loading dynamically imported module: ${pathToFileURL(file).href}`)
  const load = (): Promise<{ readonly name: string }> => Promise.reject(failure)
  // Node too keeps in mind that an address failed, if the module was there and broke.
  await writeFile(file, "throw new Error('Broken')\n")
  await expect(importing(load)).rejects.toBe(failure)
  await expect(importing(load)).rejects.toBe(failure)
  await writeFile(file, "export const name = 'later'\nexport const nonce = Math.random()\n")
  const module = await importing(load)
  expect(module.name).toBe('later')
  expect(await importing(load)).toBe(module)
})

test('other failures are left as they are: these browsers fetch again by themselves', async () => {
  const failure = new TypeError('Failed to fetch dynamically imported module: https://app.test/hashing.js')
  const load = vi.fn(() => Promise.reject(failure))
  await expect(importing(load)).rejects.toBe(failure)
  expect(load).toHaveBeenCalledTimes(1)
})
