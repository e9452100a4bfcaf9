import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { build } from 'tsdown'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { FromWorker, ToWorker } from '../src/checksum/messages.ts'
import type { Loaded } from '../src/checksum/parts.ts'
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

/** Gives up with the first failure. */
const once = { attempts: 0, patienceMs: 0 }

const read = (name: string): Promise<string> => readFile(join(folder, 'dist', name), 'utf8')

const workers = ['hash.worker.js', 'hash-more.worker.js']
const scripts = ['chunkwise.global.js', 'chunkwise.hash.js', 'chunkwise.hash-more.js']

test('the module names its hash files as bundlers look for them, twice each, and holds none of them', async () => {
  const files = (await readdir(join(folder, 'dist'))).filter((file) => file.endsWith('.js'))
  const others = [...workers, ...scripts]
  expect(files).toEqual(expect.arrayContaining(['index.js', ...others]))
  const code = (await Promise.all(files.filter((file) => !others.includes(file)).map(read))).join('\n')
  for (const worker of workers) {
    // Under one name webpack would put both into one file.
    const name = `["']\\./${worker.replace('.', '\\.')}["']`
    expect(code).toMatch(
      new RegExp(
        `new Worker\\(new URL\\(${name}, import\\.meta\\.url\\), \\{\\s*type: ["']module["'],\\s*name: ["']chunkwise-${worker.split('.')[0]}["']`,
      ),
    )
    expect(code).toMatch(new RegExp(`import\\(${name}\\)`))
  }
  expect(code).not.toContain('worker.ts')
  // What is imported by an address known only then, bundlers have to leave alone.
  expect(code).toMatch(/import\(\s*\/\* @vite-ignore \*\/\s*\/\* webpackIgnore: true \*\/\s*`/)
  expect(code).not.toMatch(/SparkMD5|Hash_Update|ZodMini/)
})

test('a hash file and the script need no other file', async () => {
  for (const name of [...workers, ...scripts]) {
    const code = await read(name)
    expect(code).not.toMatch(/\bimport\s*[("'`{*]|\bfrom\s*["'`]|import\.meta|\brequire\(/)
  }
})

test("what nearly everybody needs of the hash is one small file, which holds neither the rest nor the page's side", async () => {
  for (const name of ['hash.worker.js', 'chunkwise.hash.js']) {
    expect(gzipSync(await read(name)).length).toBeLessThanOrEqual(9_000)
  }
  for (const name of [...workers, 'chunkwise.hash.js', 'chunkwise.hash-more.js']) {
    const code = await read(name)
    expect(/SparkMD5|ArrayBuffer\.hash/.test(code)).toBe(name.includes('more'))
    expect(code).not.toMatch(/new Worker\(|importScripts\(/)
  }
})

/** What the script tag lacks. */
const modulesOnly = [
  'auto',
  'chunkChecksum',
  'cloudflareStream',
  'detect',
  'djangoTus',
  'ietf',
  'supabase',
  'tus',
  'vimeo',
]

test('the script tag leaves one global behind, with names of the module', async () => {
  const scope = createContext(globals())
  const before = Object.keys(scope)
  runInContext(await read('chunkwise.global.js'), scope)
  expect(Object.keys(scope)).toEqual([...before, 'Chunkwise'])
  const left = new Set(Object.keys(Object(scope['Chunkwise'])))
  expect(
    Object.keys(names)
      .filter((name) => !left.has(name))
      .toSorted(),
  ).toEqual(modulesOnly)
  expect([...left].filter((name) => !(name in names))).toEqual([])
})

test('the script tag looks for its hash files where it came from, however late that is', async () => {
  const asked = new Set<string>()
  const tag = { src: 'https://cdn.test/js/chunkwise.global.js', nonce: 'n0nce' }
  const document = {
    ...{ baseURI: 'https://app.test/page/', currentScript: tag as typeof tag | undefined },
    createElement: (): object => ({ remove() {} }),
    head: {
      append(made: typeof tag & { onerror(): void }): void {
        asked.add(`${made.src} ${made.nonce}`)
        made.onerror()
      },
    },
  }
  const scope: Record<string, unknown> = {
    ...{ ...globals(), Blob, File, EventTarget, Event, crypto, setTimeout, clearTimeout, queueMicrotask, document },
    location: new URL('https://app.test/page/'),
    Worker: function refused() {
      throw new DOMException('Refused', 'SecurityError')
    },
  }
  createContext(scope)
  runInContext(await read('chunkwise.global.js'), scope)
  document.currentScript = undefined
  const { createUploader } = scope['Chunkwise'] as typeof names
  for (const checksum of ['md5', 'sha256'] as const) {
    const options = { endpoint: 'https://a.test/', protocol: swallow(), checksum, store: false as const, retry: once }
    await expect(createUploader(options).add(new File([data], 'a.bin')).finished).rejects.toMatchObject({
      code: 'network',
    })
  }
  expect([...asked]).toEqual([
    'https://cdn.test/js/chunkwise.hash.js n0nce',
    'https://cdn.test/js/chunkwise.hash-more.js n0nce',
  ])
})

const both = [
  { file: 'chunkwise.hash.js', global: 'ChunkwiseHash', algorithm: 'md5', hex: md5 },
  { file: 'chunkwise.hash-more.js', global: 'ChunkwiseHashMore', algorithm: 'sha256', hex: sha256 },
  { file: 'chunkwise.hash-more.js', global: 'ChunkwiseHashMore', algorithm: 'md5', hex: md5 },
] as const
const nameOf = (file: string): string => file.replace('.js', '').replace('.', '-')
for (const { file, global, algorithm, hex } of both) {
  test(`${file} of the script tag is a worker for ${algorithm} if it is opened as ours`, async () => {
    const answers: FromWorker[] = []
    const scope: Record<string, unknown> = {
      ...{ ...globals(), WorkerGlobalScope: Object, name: nameOf(file) },
      postMessage: (message: FromWorker) => answers.push(message),
    }
    createContext(scope)
    runInContext(await read(file), scope)
    await vi.waitUntil(() => answers.length > 0, { timeout: 10_000 })
    expect(answers).toEqual([{ type: 'ready', wasm: true }])
    const send = (message: ToWorker): void => {
      const { onmessage } = scope
      if (typeof onmessage === 'function') onmessage({ data: message })
    }
    send({ type: 'start', id: 1, order: { file: new Blob([data]), algorithm } })
    send({ type: 'advance', id: 1, position: data.length })
    await vi.waitUntil(() => answers.some((answer) => answer.type === 'told' && answer.event.type === 'finished'), {
      timeout: 10_000,
    })
    expect(answers.at(-1)).toEqual({ type: 'told', id: 1, event: { type: 'finished', hex } })
  })

  test(`${file} loaded into another worker does not listen to what is not for it, and computes ${algorithm} there`, async () => {
    const postMessage = vi.fn<() => void>()
    const scope: Record<string, unknown> = { ...globals(), WorkerGlobalScope: Object, postMessage }
    for (const name of ['', ...both.map((other) => nameOf(other.file)).filter((other) => other !== nameOf(file))]) {
      createContext(Object.assign(scope, { name }))
      runInContext(await read(file), scope)
      await new Promise((resolve) => setImmediate(resolve))
      expect(scope['onmessage']).toBeUndefined()
    }
    const { openHere } = scope[global] as Loaded
    const { start, wasm } = await openHere()
    expect(wasm).toBe(true)
    const told = new Promise((resolve) => {
      const run = start({ file: new Blob([data]), algorithm }, (event) => {
        if (event.type !== 'opened' && event.type !== 'advanced') resolve(event)
      })
      run.advance(data.length)
    })
    expect(await told).toEqual({ type: 'finished', hex })
    expect(postMessage).not.toHaveBeenCalled()
  })
}

test('the built module uploads with both checksums, its hash loaded from the files beside it', async () => {
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

test('a missing hash file is named, and is needed only for what it computes', async () => {
  const { createUploader } = await load('hash-more.worker.js')
  const upload = (checksum: 'md5' | 'sha256'): Promise<unknown> =>
    createUploader({ endpoint: 'https://a.test/', protocol: swallow(), checksum, store: false, retry: once })
      .add(new File([data], 'a.bin'))
      .finished.catch((reason: unknown) => reason)
  expect(await upload('md5')).toMatchObject({ answer: md5 })
  expect(await upload('sha256')).toMatchObject({
    code: 'network',
    message: 'Cannot load hash-more.worker.js, which computes checksums: no answer came, or it is not served there',
  })
})

let loads = 0
/** The built module, fresh, but for one file of it. */
async function load(without?: string): Promise<typeof names> {
  const built = join(folder, `dist-${(loads += 1)}`)
  await cp(join(folder, 'dist'), built, { recursive: true })
  if (without !== undefined) await rm(join(built, without))
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
