import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createUploadHandler, memoryStore } from '@chunkwise/server'
import { startServer, type RunningServer } from '@chunkwise/server/node'
import { expect, test as base } from '@playwright/test'

/** A server that gives files back, and what scripts of uploaded files have told it. */
interface Files extends RunningServer {
  readonly ran: string[]
  /** Uploads a file and tells where it can be had. */
  readonly keep: (name: string, text: string) => Promise<string>
}

const script = (who: string): string => `new Image().src = '/ran?${who}'; parent.postMessage('ran ${who}', '*')`
const svg = (who: string): string => `<svg xmlns="http://www.w3.org/2000/svg"><script>${script(who)}</script></svg>`
const html = (who: string): string => `<!doctype html><script>${script(who)}</script>`

const test = base.extend<{ files: Files }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants to see that this asks for nothing
  files: async ({}, use) => {
    const ran: string[] = []
    const handler = createUploadHandler({ store: memoryStore(), downloads: true })
    const running = await startServer({
      handler,
      port: 0,
      otherwise(request, response) {
        const [path, who] = (request.url ?? '/').split('?')
        if (path === '/ran') ran.push(who ?? '')
        // The same file, served as a careless server would.
        if (path === '/careless.svg') response.writeHead(200, { 'Content-Type': 'image/svg+xml' }).end(svg('careless'))
        else if (path === '/careless.html')
          response.writeHead(200, { 'Content-Type': 'text/html' }).end(html('careless'))
        else response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>A page</title>')
      },
    })
    const keep = async (name: string, text: string): Promise<string> => {
      const size = Buffer.byteLength(text)
      const first = new FormData()
      first.set('filename', name)
      first.set('file', new Blob([text]), name)
      const headers = { 'Content-Range': `bytes 0-${size - 1}/${size}` }
      const answer = await fetch(`${running.url}/api/uploads/`, { method: 'PUT', body: first, headers })
      const { url } = (await answer.json()) as { url: string }
      const md5 = createHash('md5').update(text).digest('hex')
      const finished = await fetch(url, { method: 'POST', body: new URLSearchParams({ md5 }) })
      expect(finished.status).toBe(200)
      return `${url}file/`
    }
    await use({ ...running, ran, keep })
    await running.close(0)
  },
})

const uploaded = [
  { name: 'evil.svg', text: svg('kept'), careless: '/careless.svg', type: 'image/svg+xml' },
  { name: 'evil.html', text: html('kept'), careless: '/careless.html', type: 'text/html' },
]

for (const { name, text, careless, type } of uploaded) {
  test(`S27 ${name}, uploaded and opened, is saved and runs nothing`, async ({ page, files }) => {
    const address = await files.keep(name, text)
    await page.goto(files.url)
    const saved = page.waitForEvent('download')
    await page.evaluate((url) => void (location.href = url), address)
    const download = await saved
    expect(download.suggestedFilename()).toBe(name)
    expect(await readFile(await download.path(), 'utf8')).toBe(text)
    expect(files.ran).toEqual([])
  })

  test(`S27 ${name}, embedded in a page of ours, runs nothing there`, async ({ page, files }) => {
    const address = await files.keep(name, text)
    await page.goto(files.url)
    const saved = page.waitForEvent('download')
    await page.evaluate((url) => {
      const told: unknown[] = []
      addEventListener('message', ({ data }) => told.push(data))
      Object.assign(window, { told })
      for (const tag of ['iframe', 'embed', 'object']) {
        const element = document.createElement(tag)
        element.setAttribute(tag === 'object' ? 'data' : 'src', url)
        document.body.append(element)
      }
    }, address)
    await saved
    // As a script and as a picture of a page, both of which tell when they have failed.
    const failed = await page.evaluate(
      (url) =>
        Promise.all(
          ['script', 'img'].map(
            (tag) =>
              new Promise((resolve) => {
                const element = document.createElement(tag)
                element.addEventListener('error', () => resolve('failed'))
                element.addEventListener('load', () => resolve('loaded'))
                element.setAttribute('src', url)
                document.body.append(element)
              }),
          ),
        ),
      address,
    )
    expect(failed).toEqual(['failed', 'failed'])
    // The careless one comes last: by the time its script has run, one of the others would have.
    await page.evaluate((url) => {
      const frame = document.createElement('iframe')
      frame.src = url
      document.body.append(frame)
    }, careless)
    await expect.poll(() => files.ran).toEqual(['careless'])
    expect(await page.evaluate(() => Reflect.get(window, 'told'))).toEqual(['ran careless'])
  })

  test(`S27 ${name} would run nothing either if a proxy took away that it is an attachment`, async ({
    page,
    files,
  }) => {
    const address = await files.keep(name, text)
    await page.route(address, async (route) => {
      const response = await route.fetch()
      const { 'content-disposition': _attachment, ...headers } = response.headers()
      await route.fulfill({ response, headers: { ...headers, 'content-type': type } })
    })
    await page.goto(address)
    expect(files.ran).toEqual([])
    await page.goto(`${files.url}${careless}`)
    await expect.poll(() => files.ran).toEqual(['careless'])
  })
}
