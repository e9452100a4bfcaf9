import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'tsdown'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { FromWorker, ToWorker } from '../src/checksum/messages.ts'
import * as names from '../src/index.ts'
import type { Protocol } from '../src/types.ts'
import configs from '../tsdown.config.ts'

const data = new Uint8Array(randomBytes(100_000))
const md5 = createHash('md5').update(data).digest('hex')
const sha256 = createHash('sha256').update(data).digest('hex')
const root = fileURLToPath(new URL('..', import.meta.url))
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunkwise-'))
  const outDir = join(folder, 'dist')
  // From the source of the packages beside us, so that these need not be built first.
  const whole = {
    deps: { alwaysBundle: [/.*/], onlyBundle: false as const },
    inputOptions: { resolve: { conditionNames: ['@chunkwise/source', 'browser', 'import', 'default'] } },
  }
  // One after the other: they share the folder, and only the first may empty it.
  for (const [index, config] of configs.entries()) {
    const clean = index === 0
    await build({ ...config, ...whole, cwd: root, config: false, outDir, clean, dts: false, logLevel: 'error' })
  }
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => vi.unstubAllGlobals())

const read = (name: string): Promise<string> => readFile(join(folder, 'dist', name), 'utf8')

test('the module names its hash file as bundlers look for it, twice, and holds none of it', async () => {
  const files = (await readdir(join(folder, 'dist'))).filter((file) => file.endsWith('.js'))
  const others = ['hash.worker.js', 'chunkwise.global.js', 'chunkwise.hash.js']
  expect(files).toEqual(expect.arrayContaining(['index.js', ...others]))
  const code = (await Promise.all(files.filter((file) => !others.includes(file)).map(read))).join('\n')
  expect(code).toMatch(
    /new Worker\(new URL\(["']\.\/hash\.worker\.js["'], import\.meta\.url\), \{\s*type: ["']module["']/,
  )
  expect(code).toMatch(/import\(["']\.\/hash\.worker\.js["']\)/)
  expect(code).not.toContain('worker.ts')
  expect(code).not.toMatch(/SparkMD5|Hash_Update|ZodMini/)
})

test('the worker needs no other file', async () => {
  for (const name of ['hash.worker.js', 'chunkwise.hash.js', 'chunkwise.global.js']) {
    const code = await read(name)
    expect(code).not.toMatch(/\bimport\s*[("'`{*]|\bfrom\s*["'`]|import\.meta|\brequire\(/)
  }
})

test('the script tag leaves one global behind, with the names of the module', async () => {
  const scope = createContext(globals())
  const before = Object.keys(scope)
  runInContext(await read('chunkwise.global.js'), scope)
  expect(Object.keys(scope)).toEqual([...before, 'Chunkwise'])
  expect(Object.keys(Object(scope['Chunkwise'])).toSorted()).toEqual(Object.keys(names).toSorted())
})

test('the hash file of the script tag is a worker if it is opened as ours', async () => {
  const answers: FromWorker[] = []
  const scope: Record<string, unknown> = {
    ...{ ...globals(), WorkerGlobalScope: Object, name: 'chunkwise-hash' },
    postMessage: (message: FromWorker) => answers.push(message),
  }
  createContext(scope)
  runInContext(await read('chunkwise.hash.js'), scope)
  await vi.waitUntil(() => answers.length > 0, { timeout: 10_000 })
  expect(answers).toEqual([{ type: 'ready', wasm: true }])
  const send = (message: ToWorker): void => {
    const { onmessage } = scope
    if (typeof onmessage === 'function') onmessage({ data: message })
  }
  send({ type: 'start', id: 1, order: { file: new Blob([data]), algorithm: 'md5' } })
  send({ type: 'advance', id: 1, position: data.length })
  await vi.waitUntil(() => answers.some((answer) => answer.type === 'told' && answer.event.type === 'finished'), {
    timeout: 10_000,
  })
  expect(answers.at(-1)).toEqual({ type: 'told', id: 1, event: { type: 'finished', hex: md5 } })
})

test('loaded into another worker it does not listen to what is not for it', async () => {
  const postMessage = vi.fn<() => void>()
  const scope: Record<string, unknown> = { ...globals(), WorkerGlobalScope: Object, name: '', postMessage }
  createContext(scope)
  runInContext(await read('chunkwise.hash.js'), scope)
  await new Promise((resolve) => setImmediate(resolve))
  expect(scope['onmessage']).toBeUndefined()
  expect(Object.keys(Object(scope['ChunkwiseHash'])).toSorted()).toEqual(['canHere', 'startHere'])
})

test('the built module uploads with both checksums, its hash loaded from the file beside it', async () => {
  const { createUploader } = await load()
  for (const [checksum, hex] of [
    ['md5', md5],
    ['sha256', sha256],
  ] as const) {
    const uploader = createUploader({ endpoint: 'https://a.test/', protocol: swallow(), checksum, store: false })
    expect(await uploader.add(new File([data], 'a.bin')).finished).toMatchObject({ answer: hex })
  }
})

test('an error that begins in the hash file is one of the module', async () => {
  const { createUploader, UploadError } = await load()
  const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new WebAssembly.CompileError('Refused'))
  const uploader = createUploader({
    endpoint: 'https://a.test/',
    protocol: swallow(),
    checksum: 'sha256',
    store: false,
  })
  const error: unknown = await uploader.add(new File([data], 'a.bin')).finished.catch((reason: unknown) => reason)
  compile.mockRestore()
  expect(error).toBeInstanceOf(UploadError)
  expect(error).toMatchObject({ code: 'checksum-unavailable' })
})

let loads = 0
/** The built module, fresh. */
async function load(): Promise<typeof names> {
  const built = join(folder, `dist-${(loads += 1)}`)
  await cp(join(folder, 'dist'), built, { recursive: true })
  return import(/* @vite-ignore */ pathToFileURL(join(built, 'index.js')).href)
}

/** What of the platform a script finds in its page or worker. */
function globals(): Record<string, unknown> {
  const { performance, setImmediate, setInterval, clearInterval, AbortController, WebAssembly: wasm } = globalThis
  return {
    performance,
    setImmediate,
    setInterval,
    clearInterval,
    AbortController,
    WebAssembly: wasm,
    atob,
    btoa,
    URL,
    Map,
  }
}

/** A server that takes everything and answers with the checksum it was told. */
function swallow(): Protocol {
  return {
    name: 'swallow',
    far: { chunk: {}, first: 0, whole: 0, settleMs: 0, exclusive: false, forgetsFinished: false, empty: true },
    create: async () => ({ offset: 0, session: { begun: true } }),
    offset: async () => ({ offset: 0 }),
    append: async (_session, _file, { offset, body }) => ({ offset: offset + body.size }),
    complete: async (_session, _file, checksum) => ({ url: undefined, answer: checksum?.hex, verified: true }),
    terminate: async () => true,
  }
}
