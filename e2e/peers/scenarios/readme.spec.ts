import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { makeFile, MiB } from '../../support/files.ts'
import { untilStatus } from '../../support/upload-page.ts'
import { runFolder } from '../../support/run-folder.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { peerOf } from '../peers.ts'
import { expect, test } from '../scenario.ts'
import { startChild } from '../servers/child.ts'
import { freePort } from '../servers/free-port.ts'
import { pythonOf } from '../servers/python.ts'
import { storedIn } from '../stored-in.ts'
import { openWorld } from '../world.ts'

const guide = fileURLToPath(new URL('../../../docs/servers/django.md', import.meta.url))

// The block of Python in the guide that begins with the name of its file.
async function block(name: string, at = 0): Promise<string> {
  const blocks = [...(await readFile(guide, 'utf8')).matchAll(/```python\n([\s\S]*?)```/g)].map(([, code = '']) => code)
  const found = blocks.filter((code) => code.startsWith(`# ${name}\n`))[at]
  if (found === undefined) throw new Error(`The guide has no block of Python number ${at} for ${name}`)
  return found
}

test('a new Django project, made as the guide says, takes an upload', async ({ page, folder }) => {
  const python = await pythonOf('drf-0.6.0')
  const project = await mkdtemp(join(tmpdir(), 'chunkwise-readme-'))
  const run = (...args: readonly string[]) => promisify(execFile)(python, args, { cwd: project })
  await run('-m', 'django', 'startproject', 'mysite', '.')
  const at = (name: string): string => join(project, 'mysite', name)
  const media = join(project, 'media')
  await appendFile(at('settings.py'), `\n${await block('settings.py')}\nMEDIA_ROOT = ${JSON.stringify(media)}\n`)
  await appendFile(at('settings.py'), `INSTALLED_APPS += ["corsheaders"]\n${await block('settings.py', 1)}\n`)
  await writeFile(at('views.py'), await block('views.py'))
  await appendFile(at('urls.py'), `\nadmin_urls = urlpatterns\n${await block('urls.py')}\nurlpatterns += admin_urls\n`)
  await run('manage.py', 'migrate', '-v0')
  const newUser =
    'from django.contrib.auth.models import User; User.objects.create_superuser("alice", password="secret")'
  await run('manage.py', 'shell', '-c', newUser)

  const port = await freePort()
  const args = ['-m', 'gunicorn', '-b', `127.0.0.1:${port}`, 'mysite.wsgi']
  const child = await startChild(python, args, port, { cwd: project, detached: true })
  const running = { port, stored: storedIn.bind(undefined, media), restart: async () => {}, close: child.end }
  const world = await openWorld(peerOf('drf-chunked-upload 0.6.0'), running, runFolder().pages)
  try {
    const file = await makeFile(folder, 'film.mp4', 3 * MiB)
    await world.open(page)
    const refused = await beginUpload(page, file)
    await untilStatus(refused, 'paused')
    await expect(refused).toHaveAttribute('data-reason', 'auth')
    await page.goto(`${world.origin}/admin/login/?next=/admin/`)
    await page.locator('input[name=username]').fill('alice')
    await page.locator('input[name=password]').fill('secret')
    await page.locator('input[type=submit]').click()
    await page.waitForURL(`${world.origin}/admin/`)
    await world.open(page)
    await untilWhole(await beginUpload(page, file), file, world)
  } finally {
    await world.close()
    await child.end()
    await rm(project, { recursive: true, force: true })
  }
})
