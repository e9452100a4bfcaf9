import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { base } from '../dialects/fixtures/drf-client.ts'
import { signedQueryAuth } from './signed-query.ts'

test('the signature in docs/server.md is one that is taken', async () => {
  const text = await readFile(new URL('../../../../docs/server.md', import.meta.url), 'utf8')
  const [, code = ''] = /```js\n(\/\/ sign\.js.*?)```/s.exec(text) ?? []
  const { sign } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
    sign: (method: string, url: string, key: string, secret: string) => Promise<Record<string, string>>
  }
  const secret = '0123456789abcdef'
  const authenticate = signedQueryAuth({ importer: { owner: 'alice', secret } })
  const headers = await sign('put', `${base}0f8f/?page=2`, 'importer', secret)
  expect(await authenticate(new Request(`${base}0f8f/`, { method: 'PUT', headers }))).toBe('alice')
})
