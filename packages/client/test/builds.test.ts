import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { build } from 'tsdown'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { FromWorker, ToWorker } from '../src/checksum/messages.ts'
import type { Loaded } from '../src/checksum/parts.ts'
import * as names from '../src/names.ts'
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
const scripts = ['chunkwise.global.js', 'chunkwise.files.js', 'chunkwise.hash.js', 'chunkwise.hash-more.js']

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

test('the script tag leaves one global behind, with the names of the module', async () => {
  const scope = createContext(globals())
  const before = Object.keys(scope)
  runInContext(await read('chunkwise.global.js'), scope)
  expect(Object.keys(scope)).toEqual([...before, 'Chunkwise'])
  expect(Object.keys(Object(scope['Chunkwise'])).toSorted()).toEqual(Object.keys(names).toSorted())
})

test('what opens and hashes files is a script of its own', async () => {
  const code = await read('chunkwise.global.js')
  expect(code).not.toMatch(/new Worker\(|importScripts\(|FileReader/)
  expect(code).toMatch(/chunkwise\.files\.js/)
  expect(await read('chunkwise.files.js')).toMatch(/new Worker\(.*FileReader|FileReader.*new Worker\(/s)
})

describe('what the script tag loads later', () => {
  const cdn = 'https://cdn.test/js/'
  const own = { src: `${cdn}chunkwise.global.js`, nonce: 'n0nce' }

  /** A page that has run the script, and gets from its server only some of the files. */
  async function page(...served: readonly string[]) {
    const asked: string[] = []
    const files = new Map<string, string>()
    for (const name of served) files.set(cdn + name, await read(name))
    const document = {
      ...{ baseURI: 'https://app.test/page/', currentScript: own as typeof own | undefined },
      createElement: (): object => ({ remove() {} }),
      head: {
        append(made: typeof own & { onload(): void; onerror(): void }): void {
          asked.push(`${made.src} ${made.nonce}`)
          queueMicrotask(() => {
            const code = files.get(made.src)
            if (code === undefined) return made.onerror()
            document.currentScript = made
            runInContext(code, scope)
            document.currentScript = undefined
            made.onload()
          })
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
    const before = Object.keys(scope)
    const chunkwise = scope['Chunkwise'] as typeof names
    const begin = (checksum: 'md5' | 'sha256' | false) => {
      const options = { endpoint: 'https://a.test/', protocol: swallow(), checksum, store: false as const, retry: once }
      return chunkwise.createUploader(options)
    }
    return {
      ...{ asked, files, begin, chunkwise },
      upload: (checksum: 'md5' | 'sha256' | false) => begin(checksum).add(new File([data], 'a.bin')).finished,
      left: () => Object.keys(scope).filter((name) => !before.includes(name)),
    }
  }

  test('is looked for where the script came from, with its nonce, however late that is', async () => {
    const { asked, upload } = await page('chunkwise.files.js')
    for (const checksum of ['md5', 'sha256'] as const) {
      await expect(upload(checksum)).rejects.toMatchObject({ code: 'network' })
    }
    expect(new Set(asked)).toEqual(
      new Set(['files', 'hash', 'hash-more'].map((name) => `${cdn}chunkwise.${name}.js n0nce`)),
    )
  })

  test('is enough to upload and to compare, and leaves one global for each file', async () => {
    const { upload, left } = await page('chunkwise.files.js', 'chunkwise.hash.js', 'chunkwise.hash-more.js')
    expect(await upload(false)).toMatchObject({ verified: true })
    expect(left()).toEqual(['ChunkwiseFiles'])
    expect(await upload('md5')).toMatchObject({ answer: md5 })
    expect(await upload('sha256')).toMatchObject({ answer: sha256 })
    expect(left()).toEqual(['ChunkwiseFiles', 'ChunkwiseHash', 'ChunkwiseHashMore'])
  })

  test('is loaded once, by all uploads together', async () => {
    const { asked, begin } = await page('chunkwise.files.js')
    const uploaders = [begin(false), begin(false)]
    await Promise.all(uploaders.flatMap(({ add }) => [1, 2].map((n) => add(new File([data], `${n}.bin`)).finished)))
    await begin(false).add(new File([data], 'later.bin')).finished
    expect(asked).toHaveLength(1)
  })

  test('is named when it is missing, and asked for again', async () => {
    const { asked, files, upload } = await page()
    const address = `${cdn}chunkwise.files.js`
    const missing = `Cannot load the part that reads files: Error: no answer came from ${address}, or it is not served there`
    await expect(upload(false)).rejects.toMatchObject({ code: 'network', message: missing })
    files.set(address, 'document.title')
    const other = `Cannot load the part that reads files: Error: ${address} is not the file of this version`
    await expect(upload(false)).rejects.toMatchObject({ code: 'network', message: other })
    files.set(address, await read('chunkwise.files.js'))
    await expect(upload(false)).resolves.toMatchObject({ verified: true })
    expect(asked).toHaveLength(3)
  })

  test('its errors are of the class that the script has', async () => {
    const { begin, chunkwise } = await page('chunkwise.files.js')
    const gone = { size: 1, arrayBuffer: () => Promise.reject(new DOMException('Gone', 'NotFoundError')) }
    const file = Object.assign(new File([data], 'a.bin'), { slice: () => gone })
    const error: unknown = await begin(false)
      .add(file)
      .finished.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(chunkwise.UploadError)
    expect(error).toMatchObject({ code: 'file-unreadable' })
  })
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
  return {
    ...{ performance, setImmediate, setInterval, clearInterval, AbortController, AbortSignal },
    ...{ WebAssembly: globalThis.WebAssembly, atob, btoa, URL, Map },
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
