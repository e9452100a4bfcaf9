import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Hasher } from '../types.ts'
import { createHashing } from './hashing.ts'
import { openWorker } from './parts.ts'

const never = new AbortController().signal
const patience = { timeout: 10_000, interval: 1 }
const MiB = 1024 ** 2
const data = Uint8Array.from({ length: 5 * MiB + 5 }, (_, index) => index * 31 + (index >> 8))
const file = new File([data], 'a.bin')
// Of these bytes, computed by OpenSSL.
const md5 = 'b9aa98561ba5e328c1e4910899b1b86d'
const sha256 = 'a0ace2282648b77b85a3979aa3c49637d123ba925346f9a006313f1b9112d4ba'

// The server compiles a file when it is first asked for, and a page waits only so long.
beforeAll(async () => {
  for (const part of ['hash', 'hash-more'] as const) {
    const worker = openWorker(part, undefined)
    await new Promise((resolve) => worker.addEventListener('message', resolve))
    worker.terminate()
  }
})

afterEach(() => {
  vi.unstubAllGlobals()
  for (const frame of document.querySelectorAll('iframe')) frame.remove()
})

/** Lets the platform's workers be, and remembers them. */
function watchWorkers(address?: string): { readonly opened: Worker[]; ended: number } {
  const seen = { opened: new Array<Worker>(), ended: 0 }
  const Real = Worker
  vi.stubGlobal(
    'Worker',
    class extends Real {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(address ?? url, options)
        seen.opened.push(this)
      }
      override terminate(): void {
        super.terminate()
        seen.ended += 1
      }
    },
  )
  return seen
}

async function digestOf(hasher: Hasher): Promise<string> {
  hasher.advance(file.size)
  return hasher.digest(never)
}

test('files are hashed in one worker for each algorithm, and these end after the last', async () => {
  const workers = watchWorkers()
  const hashing = createHashing()
  const algorithms = ['md5', 'md5', 'sha256', 'sha256'] as const
  const hashers = algorithms.map((algorithm) => hashing.open({ file, algorithm }))
  hashers[0]?.advance(1000)
  expect(await Promise.all(hashers.map(digestOf))).toEqual([md5, md5, sha256, sha256])
  for (const hasher of hashers) expect(hasher.saved(file.size)?.engine).toBe('wasm')
  expect(workers).toMatchObject({ opened: { length: 2 }, ended: 0 })
  for (const hasher of hashers) hasher.close()
  await expect.poll(() => workers.ended, patience).toBe(2)
})

test('the digest of random bytes is the one of the platform, at any advance pattern', async () => {
  const hashing = createHashing()
  for (let round = 0; round < 8; round += 1) {
    const bytes = crypto.getRandomValues(new Uint8Array(Math.floor(Math.random() * 65_536)))
    const expected = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    const hasher = hashing.open({ file: new Blob([bytes]), algorithm: 'sha256' })
    for (let step = 0; step < 4; step += 1) hasher.advance(Math.floor(Math.random() * bytes.length))
    hasher.advance(bytes.length)
    expect(await hasher.digest(never)).toBe(Array.from(expected, (byte) => byte.toString(16).padStart(2, '0')).join(''))
    hasher.close()
  }
})

test('F84 a hash goes on from a saved state in another worker', async () => {
  const first = createHashing().open({ file, algorithm: 'md5' })
  first.advance(3 * MiB + 1)
  await expect.poll(() => first.position, patience).toBe(3 * MiB + 1)
  const hasher = createHashing().open({ file, algorithm: 'md5', saved: first.saved(file.size), trusted: true })
  first.close()
  expect(hasher.position).toBe(3 * MiB + 1)
  expect(await digestOf(hasher)).toBe(md5)
  hasher.close()
})

test('F83 a worker that dies is replaced by one more, then by the page', async () => {
  const workers = watchWorkers()
  const hasher = createHashing().open({ file, algorithm: 'md5' })
  for (const [index, position] of [1000, 2 * MiB].entries()) {
    hasher.advance(position)
    await expect.poll(() => hasher.position, patience).toBe(position)
    workers.opened[index]?.terminate()
    workers.opened[index]?.dispatchEvent(new Event('error'))
  }
  expect(await digestOf(hasher)).toBe(md5)
  expect(workers.opened).toHaveLength(2)
  hasher.close()
})

for (const [algorithm, hex] of [
  ['md5', md5],
  ['sha256', sha256],
] as const) {
  test(`F81 a worker whose file is missing is replaced by the page (${algorithm})`, async () => {
    const workers = watchWorkers('/missing-worker.js')
    const hasher = createHashing().open({ file, algorithm })
    expect(await digestOf(hasher)).toBe(hex)
    expect(workers).toMatchObject({ opened: { length: 1 }, ended: 1 })
    hasher.close()
  })
}

const policies = {
  'F81 the worker': { policy: "worker-src 'none'", engine: 'wasm', sha256 },
  'F82 WebAssembly and the worker': {
    policy: `worker-src 'none'; script-src ${location.origin} 'unsafe-inline'`,
    engine: 'script',
    sha256: 'checksum-unavailable',
  },
}
for (const [what, expected] of Object.entries(policies)) {
  test(`${what}: refused by the policy of the page, and the result is the same`, async () => {
    const answer = await inFrame(expected.policy)
    expect(answer).toEqual({ md5, engine: expected.engine, sha256: expected.sha256, workerRefused: true })
  })
}

test('F40 a file that was written to since, and F41 one that is gone', async () => {
  const folder = await navigator.storage.getDirectory()
  const handle = await folder.getFileHandle('hashed.bin', { create: true })
  const write = async (content: Uint8Array<ArrayBuffer>): Promise<void> => {
    const stream = await handle.createWritable()
    await stream.write(content)
    await stream.close()
  }
  await write(data)
  const changed = createHashing().open({ file: await handle.getFile(), algorithm: 'md5' })
  changed.advance(1000)
  await expect.poll(() => changed.position, patience).toBe(1000)
  await write(data.slice(0, 4 * MiB))
  await expect(digestOf(changed)).rejects.toMatchObject({ code: expect.stringMatching(/^file-(changed|gone)$/) })
  changed.close()

  const gone = createHashing().open({ file: await handle.getFile(), algorithm: 'md5' })
  await folder.removeEntry('hashed.bin')
  await expect(digestOf(gone)).rejects.toMatchObject({ code: expect.stringMatching(/^file-(changed|gone)$/) })
  gone.close()
})

/** Hashes the same bytes in a page with a policy of its own. */
async function inFrame(policy: string): Promise<unknown> {
  const answered = new Promise((resolve) =>
    addEventListener('message', ({ data: answer }: MessageEvent) => 'md5' in answer && resolve(answer)),
  )
  const frame = document.createElement('iframe')
  const hashing = new URL('./hashing.ts', import.meta.url).href
  frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}">
    <script>
      // The test runner wraps dynamic imports in what only its own page has.
      __vitest_browser_runner__ = { wrapDynamicImport: (load) => load() }
    </script>
    <script type="module">
      import { createHashing } from '${hashing}'
      const file = new Blob([parent.bytesToHash])
      const signal = new AbortController().signal
      const hashing = createHashing()
      let workerRefused = false
      addEventListener('securitypolicyviolation', (event) => { workerRefused ||= event.effectiveDirective === 'worker-src' })
      const hash = async (algorithm) => {
        const hasher = hashing.open({ file, algorithm })
        hasher.advance(file.size)
        const hex = await hasher.digest(signal).catch(({ code }) => code)
        return { hex, engine: hasher.saved(file.size)?.engine }
      }
      const { hex: md5, engine } = await hash('md5')
      const { hex: sha256 } = await hash('sha256')
      parent.postMessage({ md5, sha256, engine, workerRefused })
    </script>`
  vi.stubGlobal('bytesToHash', data)
  document.body.append(frame)
  return answered
}
