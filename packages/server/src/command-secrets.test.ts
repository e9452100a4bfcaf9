import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { signRequest } from './auth/sign-request.ts'
import { readCommand } from './command-options.ts'
import { readWays } from './command-secrets.ts'
import { UsageError } from './command-values.ts'
import { main } from './command.ts'

async function write(text: string, mode = 0o600): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-secrets-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'secrets.txt')
  await writeFile(file, text)
  await chmod(file, mode)
  return file
}

async function ways(...args: string[]) {
  const complaints: string[] = []
  const authenticate = await readWays(readCommand(args), (line) => complaints.push(line))
  const ask = async (headers: Record<string, string>, url = 'http://localhost/') =>
    authenticate?.(new Request(url, { headers }))
  return { authenticate, ask, complaints }
}

test('a file holds owners and secrets, comments and empty lines', async () => {
  const file = await write('# who may\n\nalice=one=two\r\n  # more\nbob=three four  \nalice=five\n')
  const { ask, complaints } = await ways('--api-keys', file)
  expect(await ask({ 'X-API-Key': 'one=two' })).toBe('alice')
  expect(await ask({ 'X-API-Key': 'three four' })).toBe('bob')
  expect(await ask({ 'X-API-Key': 'five' })).toBe('alice')
  await expect(ask({ 'X-API-Key': '# more' })).rejects.toThrow('Invalid API key.')
  expect(complaints).toEqual([])
})

test('all ways together, and tokens of both kinds', async () => {
  const secret = '0123456789abcdef'
  const { ask, authenticate } = await ways(
    ...['--token', 'alice=a', '--tokens', await write('bob=b')],
    ...['--api-keys', await write('carol=c'), '--passwords', await write('dora=p w')],
    ...['--signing-keys', await write(`emil=${secret}`)],
  )
  expect(await ask({ Authorization: 'Token a' })).toBe('alice')
  expect(await ask({ Authorization: 'Token b' })).toBe('bob')
  expect(await ask({ 'X-API-Key': 'c' })).toBe('carol')
  expect(await ask({ Authorization: `Basic ${btoa('dora:p w')}` })).toBe('dora')
  const url = 'http://localhost/x'
  expect(await ask(await signRequest({ key: 'emil', secret, method: 'GET', url }), url)).toBe('emil')
  expect(await ask({})).toBeUndefined()
  expect(authenticate?.challenge).toBe('Token')
})

test('none is none', async () => {
  expect((await ways()).authenticate).toBeUndefined()
})

test('an authority is asked, with the headers that are named', async () => {
  const { authenticate } = await ways(
    '--authority',
    'http://127.0.0.1:1/',
    '--forward',
    'Cookie',
    '--forward',
    'X-Tenant',
  )
  expect(authenticate?.headers).toEqual(['x-tenant'])
  await expect(async () =>
    authenticate?.(new Request('http://localhost/', { headers: { Cookie: 'session=1' } })),
  ).rejects.toMatchObject({ code: 'unavailable' })
})

test('a file that everybody can read is told of', async () => {
  const file = await write('alice=a', 0o644)
  expect((await ways('--tokens', file)).complaints).toEqual([
    `chunkwise-server: everybody can read ${file}: chmod 600 ${file}`,
  ])
  expect((await ways('--tokens', await write('alice=a', 0o640))).complaints).toEqual([])
})

describe('what is wrong is told by file and line, and no secret is repeated', () => {
  test.each([
    ['--tokens', 'hunter2', 'expected OWNER=SECRET in line 1 of FILE'],
    ['--api-keys', '#\nalice=ok\nbob= \n', 'expected OWNER=SECRET in line 3 of FILE'],
    ['--tokens', 'alice smith=hunter2', 'expected OWNER=SECRET in line 1 of FILE'],
    ['--passwords', '# nobody\n', 'there is no OWNER=SECRET in FILE'],
    ['--passwords', 'a:b=hunter2', 'Cannot sign in by password: expected a user name without ":", got "a:b"'],
    ['--passwords', 'alice=a\nalice=hunter2', 'expected one line of alice, got several'],
    ['--signing-keys', 'alice=hunter2', 'expected 16 characters or more as the secret of "alice"'],
  ])('%s with %j', async (flag, text, message) => {
    const file = await write(text)
    const error = await ways(flag, file).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(UsageError)
    expect(String(error)).toContain(`${flag}: `)
    expect(String(error)).toContain(message.replace('FILE', file))
    expect(String(error)).not.toContain('hunter2')
  })

  test.each(['--tokens', '--api-keys', '--passwords', '--signing-keys'])('%s without a file', async (flag) => {
    await expect(ways(flag, '/nowhere/secrets.txt')).rejects.toThrow(
      `${flag}: cannot read /nowhere/secrets.txt: ENOENT`,
    )
  })

  test('the command ends with 2, and never serves without what it was asked for', async () => {
    const complaints: string[] = []
    const terminal = {
      print: () => {},
      complain: (line: string) => void complaints.push(line),
      stopped: new Promise<string>(() => {}),
    }
    expect(await main(['--port', '0', '--tokens', await write('')], terminal)).toBe(2)
    expect(complaints.join()).toContain('there is no OWNER=SECRET')
  })
})
