import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { help } from './command-help.ts'
import { flagNames, readCommand } from './command-options.ts'
import { main } from './command.ts'
import { fileOf, md5 } from './dialects/fixtures/drf-client.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'chunkwise-command-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

interface Run {
  readonly code: Promise<number>
  readonly out: string[]
  readonly complaints: string[]
  readonly stop: (signal: string) => void
}

/** The command inside this process. */
const run = (...args: string[]): Run => runWith({}, ...args)

function runWith(env: Record<string, string>, ...args: string[]): Run {
  const out: string[] = []
  const complaints: string[] = []
  let stop = (_signal: string): void => {}
  const stopped = new Promise<string>((resolve) => {
    stop = resolve
  })
  onTestFinished(() => stop('test ended'))
  const terminal = {
    print: (line: string) => void out.push(line),
    complain: (line: string) => void complaints.push(line),
    stopped,
    env,
  }
  return { code: main(args, terminal), out, complaints, stop }
}

/** The command as a process of its own. */
function start(...args: string[]): ChildProcess & { lines: string[] } {
  const child = spawn(process.execPath, ['--conditions=@chunkwise/source', '--import', 'tsx', 'src/bin.ts', ...args], {
    cwd: new URL('..', import.meta.url).pathname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void lines.push(...text.split('\n').filter(Boolean)))
  onTestFinished(() => void child.kill('SIGKILL'))
  return Object.assign(child, { lines })
}

const addressOf = (lines: readonly string[]): Promise<string> =>
  vi.waitUntil(() => /http:[^\s,]+/.exec(lines.join('\n'))?.[0], { timeout: 30_000, interval: 10 })

async function put(url: string, range: string, file: Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([file]), 'a.bin')
  const response = await fetch(url, { method: 'PUT', body: form, headers: { 'Content-Range': range } })
  const body: unknown = await response.json()
  return body as { url: string; offset: number; status: number }
}

const file = fileOf(1000)

test('variables of the environment stand for options, and are refused as these are', async () => {
  const { code, complaints } = runWith({ CHUNKWISE_PORT: 'abc' })
  expect(await code).toBe(2)
  expect(complaints.join()).toContain('--port: expected a number from 0 to 65535, got "abc"')
  expect(readCommand(['--port', '80'], { CHUNKWISE_PORT: '81', CHUNKWISE_STORE: 's3://bucket/a' })).toMatchObject({
    port: 80,
    store: { bucket: 'bucket', prefix: 'a/' },
  })
})

describe('wrong arguments end with 2 and say what was expected', () => {
  test.each([
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--port', 'abc'], '--port: expected a number from 0 to 65535, got "abc"'],
    [['--port', '70000'], '--port: expected a number from 0 to 65535, got "70000"'],
    [['--port'], "Option '-p, --port <value>' argument missing"],
    [['--max-size', 'big'], '--max-size: expected a size like 500MB or 10GiB, got "big"'],
    [['--store', 'https://bucket'], '--store: expected something like s3://bucket/folder, got "https://bucket"'],
    [['--store', 's3://B'], '--store: expected something like s3://bucket/folder, got "s3://B"'],
    [['--store', 's3://bucket//x'], '--store: expected something like s3://bucket/folder, got "s3://bucket//x"'],
    [['--redis', 'http://:secret@host'], '--redis: expected an address like redis://127.0.0.1:6379'],
    [['--store', 's3://bucket'], '--store s3://…: expected --redis redis://… or REDIS_URL in the environment'],
    [['--expires', '5'], '--expires: expected a time like 30m, 12h or 7d, got "5"'],
    [['--expires', '0d'], '--expires: expected a time like 30m, 12h or 7d, got "0d"'],
    [['--durability', 'none'], '--durability: expected strict, relaxed, got "none"'],
    [['--checksum', 'crc'], '--checksum: expected md5, sha256, none, got "crc"'],
    [['--dialects', 'drf,webdav'], '--dialects: expected drf, tus, ietf, got "webdav"'],
    [['--names', 'kept'], '--names: expected id, increment, random-suffix, random, keep, got "kept"'],
    [['--existing', 'replace'], '--existing: expected error, overwrite, rename, got "replace"'],
    [['--cors-origin', 'app.example'], '--cors-origin: expected an origin like https://app.example, got "app.example"'],
    [['--path', 'uploads'], '--path: expected a path like /api/uploads/, got "uploads"'],
    [['--token', 'secret'], '--token: expected OWNER=TOKEN, without spaces'],
    [['--authority', '/whoami'], '--authority: expected an address like http://127.0.0.1:8000/whoami/, got "/whoami"'],
    [
      ['--authority', 'file:///x'],
      '--authority: expected an address like http://127.0.0.1:8000/whoami/, got "file:///x"',
    ],
    [['--forward', 'Cookie: x'], '--forward: expected the name of a header, got "Cookie: x"'],
    [['--open-uploads', '0'], '--open-uploads: expected a number from 1 on, or none, got "0"'],
    [['--connections', 'many'], '--connections: expected a number from 1 on, or none, got "many"'],
    [['--min-free', '100%'], '--min-free: expected a size like 10GB, a share like 5%, or none, got "100%"'],
    [['--owner-bytes', '-1GB'], "Option '--owner-bytes' argument is ambiguous"],
    [['--min-rate', 'slow'], '--min-rate: expected a size a second like 1kB, or none, got "slow"'],
    [['--log', 'all'], '--log: expected none, info, debug, got "all"'],
    [['--monitor', '99999'], '--monitor: expected a number from 0 to 65535, got "99999"'],
    [['--downloads', 'yes'], '--downloads: expected none, files, images, redirect, got "yes"'],
    [['--gateway', 'vimeo'], '--gateway: expected cloudflare, arvan, got "vimeo"'],
    [['--max-seconds', '0'], '--max-seconds: expected a number from 1 on, or none, got "0"'],
    [['--gateway', 'arvan'], '--gateway arvan: expected ARVAN_API_KEY in the environment'],
    [['stop'], 'command: expected serve, list, sweep, got "stop"'],
    [['list', 'more'], 'Unexpected argument "more"'],
  ])('%j', async (args, message) => {
    const { code, complaints } = run(...args)
    expect(await code).toBe(2)
    expect(complaints.join('\n')).toContain(`chunkwise-server: ${message}`)
  })

  test('a token is a secret and is not repeated', async () => {
    const { code, complaints } = run('--token', 'hunter2')
    await code
    expect(complaints.join()).not.toContain('hunter2')
  })
})

describe('what can be said', () => {
  test.each([
    ['500MB', 500e6],
    ['10GiB', 10 * 1024 ** 3],
    ['1.5 kB', 1500],
    ['12', 12],
  ])('--max-size %s', (text, maxSize) => {
    expect(readCommand(['--max-size', text]).maxSize).toBe(maxSize)
  })

  test.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
  ])('--expires %s', (text, expiresMs) => {
    expect(readCommand(['--expires', text]).expiresMs).toBe(expiresMs)
  })

  test('limits: those that bound what strangers take are on, and every one can be set or taken away', () => {
    expect(readCommand([])).toMatchObject({
      limits: { openUploads: 10_000, minFree: 0.01 },
      minRate: 1000,
      connections: 512,
    })
    expect(readCommand(['--trust-proxy']).connections).toBe(Infinity)
    const none = ['--open-uploads', 'none', '--min-free', 'none', '--min-rate', 'none', '--connections', 'none']
    expect(readCommand(none)).toMatchObject({ limits: { openUploads: Infinity }, minRate: 0, connections: Infinity })
    expect(readCommand(none).limits).not.toHaveProperty('minFree')
    const set = ['--owner-bytes', '5GB', '--total-bytes', '1TB', '--min-chunk', '64KiB', '--min-free', '10GB']
    expect(readCommand([...set, '--uploads-per-minute', '60', '--chunks-per-minute', '600']).limits).toEqual({
      openUploads: 10_000,
      ownerBytes: 5e9,
      totalBytes: 1e12,
      minChunkSize: 65_536,
      minFree: 10e9,
      creationsPerMinute: 60,
      chunksPerMinute: 600,
    })
  })

  test('tokens and origins may be repeated', () => {
    const options = readCommand([
      '--token',
      'alice=a=b',
      '--token',
      'bob=c',
      '--cors-origin',
      'https://a.example',
      '--cors-origin',
      'https://b.example',
    ])
    expect(options.tokens).toEqual([
      { owner: 'alice', secret: 'a=b' },
      { owner: 'bob', secret: 'c' },
    ])
    expect(options.corsOrigins).toEqual(['https://a.example', 'https://b.example'])
  })

  test('--help names every option there is, with examples', async () => {
    const { code, out } = run('--help')
    expect(await code).toBe(0)
    expect(out).toEqual([help])
    for (const name of flagNames) expect(help).toContain(`--${name}`)
    expect(help).toContain('Examples')
  })
})

describe('a gateway to a video host', () => {
  const keys = { CLOUDFLARE_ACCOUNT_ID: 'account', CLOUDFLARE_API_TOKEN: '0c8f7f5e', CLOUDFLARE_WEBHOOK_SECRET: 'shh' }

  test('has its keys from the environment, tells nobody of them, and keeps what it knows in the folder', async () => {
    const dir = await folder()
    const { code, out, complaints, stop } = runWith(
      keys,
      '--gateway',
      'cloudflare',
      '--port',
      '0',
      '--dir',
      dir,
      '--monitor',
      '0',
    )
    const url = await addressOf(out)
    expect(out[0]).toMatch(/^Videos:  http:.*\/api\/videos\/, passed on to cloudflare$/)
    expect(await (await fetch(url)).json()).toEqual([])
    expect((await fetch(`${url}webhook`, { method: 'POST', body: '{}' })).status).toBe(403)
    const monitor = /Monitor: (http:\/\/[^/]+)/.exec(out.join('\n'))?.[1]
    expect(await (await fetch(`${monitor}/ready`)).json()).toEqual({ status: 'ready', ailments: [] })
    expect((await fetch(`${monitor}/metrics`)).status).toBe(404)
    expect(await readdir(dir)).toContain('videos.jsonl')
    stop('SIGTERM')
    expect(await code).toBe(0)
    expect([...out, ...complaints].join('\n')).not.toMatch(/0c8f7f5e|shh/)
  })
})

describe('S36 the log and the monitor', () => {
  const lineOf = (out: readonly string[], event: string): Promise<Record<string, unknown>> =>
    vi.waitUntil(
      () => {
        const lines = out.map((line) => JSON.parse(line) as Record<string, unknown>)
        return lines.find((line) => line['event'] === event)
      },
      { timeout: 10_000, interval: 5 },
    )

  test('with --log everything on standard output is a line of JSON, from the start to the end', async () => {
    const { code, out, stop } = run('--port', '0', '--dir', await folder(), '--log', 'info', '--monitor', '0')
    const { url, monitorUrl } = await lineOf(out, 'listening')
    await put(String(url), 'bytes 0-999/1000', file, { filename: 'secret.bin' })
    expect(await lineOf(out, 'created')).toMatchObject({ kind: 'session', offset: 1000 })
    expect((await fetch(`${String(monitorUrl)}/ready`)).status).toBe(200)
    expect(await (await fetch(`${String(monitorUrl)}/metrics`)).text()).toContain('chunkwise_stored_bytes 1000')
    stop('SIGTERM')
    expect(await code).toBe(0)
    expect(await lineOf(out, 'ending')).toMatchObject({ signal: 'SIGTERM' })
    expect(out.join('\n')).not.toContain('secret.bin')
  })

  test('a port of the monitor that is taken is named', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    const { code, complaints } = run('--port', '0', '--dir', await folder(), '--monitor', String(port))
    expect(await code).toBe(1)
    expect(complaints.join()).toContain(`port ${port} of 127.0.0.1 is taken. Choose another one with --monitor`)
  })
})

describe('serving', () => {
  test('with --downloads finished files are given back', async () => {
    const { out } = run('--port', '0', '--dir', await folder(), '--downloads', 'images')
    const { url } = await put(await addressOf(out), 'bytes 0-999/1000', file, { filename: 'a.png' })
    expect((await fetch(`${url}file/`)).status).toBe(404)
    await fetch(url, { method: 'POST', body: new URLSearchParams({ md5: md5(file) }) })
    const answer = await fetch(`${url}file/`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
  })

  test('speaks what it is told to, and names finished files as it is told to', async () => {
    const [dir, doneDir] = [await folder(), await folder()]
    const { out, stop, code } = run('-p', '0', '-d', dir, '--done-dir', doneDir, '--dialects', 'tus', '--names', 'keep')
    const url = await addressOf(out)
    expect((await fetch(url)).status).toBe(412)
    const headers = {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': '1000',
      'Upload-Metadata': `filename ${btoa('a.bin')}`,
      'Content-Type': 'application/offset+octet-stream',
    }
    expect((await fetch(url, { method: 'POST', body: file, headers })).status).toBe(201)
    expect(await readdir(doneDir, { recursive: true })).toContainEqual(expect.stringMatching(/\/a\.bin$/))
    stop('SIGTERM')
    expect(await code).toBe(0)
  })

  test('takes an upload, keeps it as asked, and ends when it is told to', async () => {
    const [dir, doneDir] = [await folder(), await folder()]
    const { code, out, stop } = run('--port', '0', '--dir', dir, '--done-dir', doneDir, '--path', '/up/')
    const url = await addressOf(out)
    const { url: address } = await put(url, 'bytes 0-999/1000', file, { filename: 'a' })
    await fetch(address, { method: 'POST', body: new URLSearchParams({ md5: md5(file) }) })
    stop('SIGTERM')
    expect(await code).toBe(0)
    const { out: listed, code: listing } = run('list', '--dir', dir, '--json')
    expect(await listing).toBe(0)
    const record = JSON.parse(listed[0] ?? '') as { complete: string; status: string }
    expect(record.status).toBe('complete')
    expect(new Uint8Array(await readFile(join(doneDir, record.complete)))).toEqual(file)
  })

  test('a taken port is told, with what to do', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => {
      holder.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => void holder.close())
    const address = holder.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { code, complaints } = run('--port', port, '--dir', await folder())
    expect(await code).toBe(1)
    expect(complaints.join()).toContain(`port ${port} of 127.0.0.1 is taken. Choose another one with --port`)
  })

  test('tokens keep everybody else out', async () => {
    const { out } = run('--port', '0', '--dir', await folder(), '--token', 'alice=secret')
    const url = await addressOf(out)
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, { headers: { Authorization: 'Token secret' } })).status).toBe(200)
  })

  test('a folder that cannot be made is told', async () => {
    for (const dir of ['/dev/null/uploads', '/proc/uploads', import.meta.filename]) {
      const { code, complaints } = run('--port', '0', '--dir', dir)
      expect(await code).toBe(1)
      expect(complaints.join()).toContain(`chunkwise-server: Cannot keep files in the folder ${dir}: E`)
    }
  })
})

describe('listing and sweeping', () => {
  test('names are shown so that a terminal does not obey them', async () => {
    const dir = await folder()
    const { out, stop, code } = run('--port', '0', '--dir', dir)
    await put(await addressOf(out), 'bytes 0-9/1000', file.subarray(0, 10), { filename: '\u001b[31mred' })
    stop('SIGTERM')
    await code
    const listed = run('list', '--dir', dir)
    expect(await listed.code).toBe(0)
    expect(listed.out.join('\n')).toContain(String.raw`"\u001b[31mred"`)
    expect(listed.out.at(-1)).toBe(`1 upload in ${dir}`)
  })

  test('a folder that is not there is not made by looking', async () => {
    const dir = join(await folder(), 'nothing')
    const { code, complaints } = run('list', '--dir', dir)
    expect(await code).toBe(1)
    expect(complaints.join()).toContain(`there is no folder ${dir}`)
    expect(existsSync(dir)).toBe(false)
  })

  test('a sweep ends what has expired', async () => {
    const dir = await folder()
    const { out, stop, code } = run('--port', '0', '--dir', dir)
    await put(await addressOf(out), 'bytes 0-9/1000', file.subarray(0, 10), { filename: 'a' })
    stop('SIGTERM')
    await code
    const kept = run('sweep', '--dir', dir)
    await kept.code
    expect(kept.out).toEqual(['Ended 0 expired uploads, removed 0 leftovers.'])
    vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const swept = run('sweep', '--dir', dir, '--expires', '30m')
    expect(await swept.code).toBe(0)
    expect(swept.out).toEqual(['Ended 1 expired uploads, removed 0 leftovers.'])
  })

  test('where a server runs, sweeping and a second server are left to it', async () => {
    const dir = await folder()
    const child = start('--port', '0', '--dir', dir)
    await addressOf(child.lines)
    const swept = run('sweep', '--dir', dir)
    expect(await swept.code).toBe(0)
    expect(swept.out.join()).toContain(`(process ${child.pid}) sweeps it itself`)
    const second = run('--port', '0', '--dir', dir)
    expect(await second.code).toBe(1)
    expect(second.complaints.join()).toContain(`in use by process ${child.pid}`)
  }, 60_000)
})

describe('as a process', () => {
  test('F07 SIGTERM ends it cleanly, and the next one goes on where it was', async () => {
    const dir = await folder()
    const child = start('--port', '0', '--dir', dir)
    const { url } = await put(await addressOf(child.lines), 'bytes 0-399/1000', file.subarray(0, 400), {
      filename: 'a',
    })
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
    child.kill('SIGTERM')
    expect(await ended).toEqual({ code: 0, signal: null })
    const again = start('--port', '0', '--dir', dir)
    const address = new URL(new URL(url).pathname, await addressOf(again.lines)).href
    expect(await put(address, 'bytes 400-999/1000', file.subarray(400))).toMatchObject({ offset: 1000 })
  }, 60_000)

  test('F08 SIGKILL in the middle of a chunk loses nothing that was answered', async () => {
    const dir = await folder()
    const child = start('--port', '0', '--dir', dir)
    const big = fileOf(3_000_000)
    const { url } = await put(await addressOf(child.lines), 'bytes 0-999999/3000000', big.subarray(0, 1_000_000), {
      filename: 'a',
    })
    let sent = 0
    const slow = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (sent === 20) {
          child.kill('SIGKILL')
          return new Promise(() => {})
        }
        const head = `--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`
        controller.enqueue(sent === 0 ? new TextEncoder().encode(head) : big.subarray(1_000_000, 1_065_536))
        sent += 1
      },
    })
    const headers = {
      'Content-Range': 'bytes 1000000-2999999/3000000',
      'Content-Type': 'multipart/form-data; boundary=x',
    }
    const init = { method: 'PUT', headers, body: slow, duplex: 'half' as const }
    await expect(fetch(url, init)).rejects.toThrow()
    const again = start('--port', '0', '--dir', dir)
    const address = new URL(new URL(url).pathname, await addressOf(again.lines)).href
    const status: unknown = await (await fetch(address)).json()
    const { offset } = status as { offset: number }
    expect(offset).toBe(1_000_000)
    await put(address, `bytes ${offset}-2999999/3000000`, big.subarray(offset))
    const finish = await fetch(address, { method: 'POST', body: new URLSearchParams({ md5: md5(big) }) })
    expect(finish.status).toBe(200)
  }, 60_000)
})
