import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createUploadHandler, memoryStore, type UploadHandler } from '@chunkwise/server'
import { startServer } from '@chunkwise/server/node'
import { expect, test as base } from '@playwright/test'

/** A site where a cookie signs in, and one of somebody else on the same machine, to which the browser sends the same cookies. */
interface Sites {
  readonly own: string
  readonly foreign: string
  readonly handler: UploadHandler
}

const page = '<!doctype html><title>A page</title><iframe name="answer"></iframe>'

const test = base.extend<{ sites: Sites }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants to see that this asks for nothing
  sites: async ({}, use) => {
    const handler = createUploadHandler({
      store: memoryStore(),
      authenticate: ({ headers }) => (/\bsession=alice\b/.test(headers.get('cookie') ?? '') ? 'alice' : undefined),
    })
    const running = await startServer({
      handler,
      port: 0,
      otherwise: (_request, response) =>
        response
          .writeHead(200, {
            'Content-Type': 'text/html',
            'Set-Cookie': 'session=alice; HttpOnly; SameSite=Lax; Path=/',
          })
          .end(page),
    })
    const other = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(page)
    })
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    await use({ own: running.url, foreign: `http://127.0.0.1:${port}`, handler })
    other.closeAllConnections()
    other.close()
    await running.close(0)
  },
})

for (const from of ['foreign', 'own'] as const) {
  test(`S29 a form of a page of ${from === 'own' ? 'the same' : 'another'} origin ${from === 'own' ? 'may' : 'may not'} finish an upload by a cookie`, async ({
    page,
    sites,
  }) => {
    await page.goto(sites.own)
    // The page's own upload, by its own script.
    const url = await page.evaluate(async () => {
      const body = new FormData()
      body.set('filename', 'a.txt')
      body.set('file', new Blob(['hello']))
      const headers = { 'Content-Range': 'bytes 0-4/5' }
      const answer = await fetch('/api/uploads/', { method: 'PUT', body, headers })
      const { url: address }: { url: string } = await answer.json()
      return address
    })
    await page.goto(sites[from])
    const answered = page.waitForResponse(url)
    await page.evaluate((action) => {
      const form = document.createElement('form')
      Object.assign(form, { action, method: 'post', enctype: 'multipart/form-data', target: 'answer' })
      const field = document.createElement('input')
      Object.assign(field, { name: 'md5', value: '5d41402abc4b2a76b9719d911017c592' })
      form.append(field)
      document.body.append(form)
      form.submit()
    }, url)
    const response = await answered
    // The browser has sent the cookie to both.
    expect((await response.request().allHeaders())['cookie']).toContain('session=alice')
    expect(response.status()).toBe(from === 'own' ? 200 : 403)
    const [upload] = await sites.handler.sessions.list({ owner: 'alice' })
    expect(upload?.status).toBe(from === 'own' ? 'complete' : 'uploading')
  })
}
