import { bytesSentAgain, chunks, uploadsIn } from '../../support/request-log.ts'
import { button, untilHeld, untilStatus } from '../../support/upload-page.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { expect, MiB, only, scenario } from '../scenario.ts'

const nginx = 'drf-chunked-upload 0.6.0, nginx, TLS'
const drf = ['drf-chunked-upload 0.6.0', nginx, 'drf-chunked-upload 0.5.1'] as const
const fork = 'm3hrdadfi fork (double)'
const chunked = 'django-chunked-upload 2.0'
const iri = 'django-chunked-uploads (double)'

scenario(
  'finish refused by the hook of the project',
  only(drf, 'its hook runs beside the answer'),
  async ({ world, page, newFile }) => {
    const file = await newFile(2 * MiB)
    await world.open(page, { mount: 'refusing' })
    const row = await beginUpload(page, file)
    await untilStatus(row, 'failed')
    await expect(row).toHaveAttribute('data-error', 'refused')
    await expect(row).toContainText('Not a readable image')
  },
)

scenario(
  'file over the limit of the project',
  { [fork]: 'its limit poisons', [iri]: 'it has no limit' },
  async ({ world, page, newFile }) => {
    const file = await newFile(2 * MiB)
    await world.open(page, { mount: 'limited' })
    const row = await beginUpload(page, file)
    await untilStatus(row, 'failed')
    await expect(row).toHaveAttribute('data-error', 'rejected')
    await expect(row).toContainText('Size of file exceeds the limit (1048576 bytes)')
    expect(uploadsIn(world.network.log)).toBe(0)
  },
)

scenario(
  'expired while paused',
  { [fork]: 'its double keeps its time', [iri]: 'nothing expires' },
  async ({ world, page, newFile }) => {
    const file = await newFile(3 * MiB)
    await world.open(page, { mount: 'short' })
    const hold = world.network.holdAt(2.5 * MiB)
    const row = await beginUpload(page, file)
    await untilHeld(hold)
    await button(row, 'Pause').click()
    await untilStatus(row, 'paused')
    hold.release()
    const [first] = world.network.log
    await expect.poll(() => isExpired(world.running.port, first?.path ?? '', first?.id ?? '')).toBe(true)
    await button(row, 'Resume').click()
    await untilWhole(row, file, world)
    expect(uploadsIn(world.network.log)).toBe(2)
  },
)

// Asked by a chunk that cannot be stored: the start is far beyond what the server has.
async function isExpired(port: number, path: string, id: string): Promise<boolean> {
  const form = new FormData()
  form.append('upload_id', id)
  form.append('file', new Blob(['x']), 'x')
  const csrf = 'x'.repeat(32)
  const headers = {
    'Content-Range': 'bytes 9000000-9000000/9000001',
    ...{ 'X-CSRFToken': csrf, Cookie: `csrftoken=${csrf}` },
  }
  const base = `http://127.0.0.1:${port}${path}`
  const drfAnswer = await fetch(`${base}${id}/`, { method: 'PUT', headers, body: form })
  const answer = drfAnswer.status === 404 ? await fetch(base, { method: 'POST', headers, body: form }) : drfAnswer
  return answer.status === 410
}

scenario('throttled, with Retry-After', only(drf, 'it has no throttle'), async ({ world, page, newFile }) => {
  const file = await newFile(2 * MiB)
  await world.open(page, { mount: 'throttled', chunkSize: MiB / 2 })
  const row = await beginUpload(page, file)
  await untilWhole(row, file, world)
  expect(world.network.log.map(({ status }) => status)).toContain(429)
  expect(bytesSentAgain(world.network.log)).toBe(0)
  expect(uploadsIn(world.network.log)).toBe(1)
})

scenario(
  'poisoned: a chunk let through twice at once',
  { [fork]: 'it has a lock', [iri]: 'see "a chunk stored twice"' },
  async ({ world, page, newFile }) => {
    const file = await newFile(2.5 * MiB)
    await world.open(page, { mount: 'slowstore' })
    world.network.sendTwiceAt(1.5 * MiB, 'at once')
    const row = await beginUpload(page, file)
    await untilWhole(row, file, world)
    expect(uploadsIn(world.network.log)).toBe(2)
  },
)

scenario('a chunk sent twice in a row', { [iri]: 'see "a chunk stored twice"' }, async ({ world, page, newFile }) => {
  const file = await newFile(3 * MiB)
  await world.open(page)
  world.network.sendTwiceAt(1.5 * MiB, 'in a row')
  const row = await beginUpload(page, file)
  await untilWhole(row, file, world)
  const twice = chunks(world.network.log).find(({ status }) => status === 400)
  expect(twice?.offset).toBe((twice?.range?.end ?? 0) + 1)
  expect(uploadsIn(world.network.log)).toBe(1)
})

scenario(
  'bare 400 of the memory limit of Django',
  { ...only(drf, 'its project has no such middleware'), [nginx]: 'the proxy lets no such chunk through' },
  async ({ world, page, newFile }) => {
    const file = await newFile(8 * MiB)
    await world.open(page, { mount: 'logged', chunkSize: 6 * MiB })
    await untilWhole(await beginUpload(page, file), file, world)
    const sizes = chunks(world.network.log).map(({ range }) => (range ? range.end + 1 - range.start : 0))
    expect(Math.max(...sizes)).toBeGreaterThan(2.5 * MiB)
    expect(uploadsIn(world.network.log)).toBe(1)
  },
)

scenario(
  'slash missing in the endpoint',
  { [iri]: 'the double redirects nobody' },
  async ({ world, page, newFile }) => {
    const file = await newFile(2 * MiB)
    await world.open(page, { endpoint: '/api/uploads' })
    const row = await beginUpload(page, file)
    await untilStatus(row, 'failed')
    await expect(row).toHaveAttribute('data-error', 'redirected')
    await expect(row).toContainText('/api/uploads/')
  },
)

scenario(
  'checksum switched off',
  { [fork]: 'it always compares', [iri]: 'it has no checksum' },
  async ({ world, page, newFile }) => {
    const file = await newFile(2 * MiB)
    await world.open(page, { mount: 'unchecked', checksum: false })
    await untilWhole(await beginUpload(page, file), file, world, false)
  },
)

scenario(
  'sha256 as checksum',
  { [fork]: 'knows md5 only', [chunked]: 'knows md5 only', [iri]: 'it has no checksum' },
  async ({ world, page, newFile }) => {
    const file = await newFile(2 * MiB)
    await world.open(page, { checksum: 'sha256' })
    await untilWhole(await beginUpload(page, file), file, world)
  },
  { PEER_CHECKSUM: 'sha256' },
)
