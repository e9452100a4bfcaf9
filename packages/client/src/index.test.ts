import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const index = fileURLToPath(new URL('./index.ts', import.meta.url))

/** Runs a script in a Node of its own, which has nothing of a browser. */
async function run(script: string): Promise<string> {
  const flags = ['--conditions=@chunkwise/source', '--import', import.meta.resolve('tsx'), '--input-type=module']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', script])
  return stdout.trim()
}

test('importing it does nothing: no global is touched, nothing is left running (F90)', async () => {
  const script = `
    const watched = ['fetch', 'indexedDB', 'Worker', 'XMLHttpRequest', 'document', 'window', 'location', 'navigator']
    const touched = []
    for (const name of watched) {
      const value = globalThis[name]
      Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); return value } })
    }
    await import(${JSON.stringify(index)})
    const active = process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|TCP|Message/.test(name))
    console.log(JSON.stringify({ touched, active }))
  `
  expect(JSON.parse(await run(script))).toEqual({ touched: [], active: [] })
})

test('an uploader can be created where there is no browser, and does nothing until it is given a file', async () => {
  const script = `
    const { createUploader } = await import(${JSON.stringify(index)})
    const uploader = createUploader({ endpoint: 'https://files.example/api/uploads/' })
    console.log(uploader.getState().uploads.length)
  `
  expect(await run(script)).toBe('0')
})

test('a relative endpoint needs a page, and the error says so', async () => {
  const script = `
    const { createUploader } = await import(${JSON.stringify(index)})
    try { createUploader({ endpoint: '/api/uploads/' }) } catch (error) { console.log(error.name + ': ' + error.message) }
  `
  expect(await run(script)).toBe(
    'TypeError: Cannot create an uploader: the option "endpoint" must be an absolute http address, got "/api/uploads/"',
  )
})
