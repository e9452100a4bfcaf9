import type { Locator, Page } from '@playwright/test'
import { sampled, type Schedule, anything, harmless } from '../../faults/schedules/schedule.ts'
import { vanishAfter } from '../../faults/passages.ts'
import { descriptorsOf } from '../../support/descriptors.ts'
import { type FaultProxy, openFaultProxy, type Passage, straight } from '../../support/fault-proxy.ts'
import { scriptedWay } from '../../support/fault-script.ts'
import { type DiskFile, makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { bytesSentAgain, type LoggedRequest, offsetsTold, uploadsIn } from '../../support/request-log.ts'
import type { Site } from '../../support/site.ts'
import { button, untilStatus, untilVerified, uploadRow } from '../../support/upload-page.ts'

test.use({ brokenNetwork: true })

/** So many times faster goes the page's time, and that of the scripts. */
const pace = 8
/** What a failure has printed, to see it again. */
const seed = Number(process.env['SCHEDULE_SEED'] ?? 20_261_121)
const given = process.env['SCHEDULE']
const schedulesOf = (schedules: typeof anything, count: number): Schedule[] =>
  given === undefined ? sampled(schedules, count, seed) : [JSON.parse(given) as Schedule]

/** A page whose waits take less, at the end of a way of its own. */
interface Visit {
  readonly page: Page
  readonly proxy: FaultProxy
}

type PassageFor = (request: LoggedRequest) => Passage

const passagesOf = ({ script }: Schedule, { server }: Site): PassageFor => {
  const forget = async (id: string): Promise<void> => {
    await fetch(`http://127.0.0.1:${server.port}/api/uploads/${id}/`, {
      method: 'DELETE',
      headers: { Connection: 'close' },
    })
  }
  return scriptedWay(script, { forget }, pace).passageFor
}

/** Connections are kept, as between browsers and servers: on those a browser sends again by itself what was cut off. */
async function visit(page: Page, { server }: Site, passageFor: PassageFor, options: object): Promise<Visit> {
  const proxy = await openFaultProxy({ portFor: () => server.port, passageFor, keepAlive: true })
  await page.addInitScript((pace) => {
    const began = Date.now()
    const now = Date.now.bind(Date)
    const wait = setTimeout
    Date.now = () => began + (now() - began) * pace
    const faster = (what: TimerHandler, ms = 0, ...rest: unknown[]): number => wait(what, ms / pace, ...rest)
    Object.assign(globalThis, { setTimeout: faster })
  }, pace)
  const settings = { chunkSize: 64 * 1024, retry: { baseMs: 500, capMs: 2_000 }, copies: { file: 0 }, ...options }
  await page.goto(`${proxy.url}/harness.html?${new URLSearchParams({ options: JSON.stringify(settings) })}`)
  return { page, proxy }
}

const choose = (page: Page, ...files: readonly DiskFile[]): Promise<void> =>
  page
    .getByLabel('Choose files')
    .first()
    .setInputFiles(files.map(({ path }) => path))

const storyOf = ({ log }: FaultProxy): string[] =>
  log.map(({ method, range, status }) => [method, range?.start, status ?? 'unanswered'].join(' ').replace('  ', ' '))

// What a person would press is pressed, until it has arrived.
async function toTheEnd(row: Locator): Promise<void> {
  const status = async (): Promise<string | null> => {
    const is = await row.getAttribute('data-status')
    if (is === 'paused') await button(row, 'Resume').click()
    if (is === 'failed') await button(row, 'Retry').click()
    return is
  }
  await expect.poll(status, { timeout: 75_000, intervals: [100] }).toBe('completed')
}

const dialects = [
  { name: 'drf', protocol: ['drfChunkedUpload'], schedules: anything },
  { name: 'tus', protocol: ['tus'], schedules: harmless },
  { name: 'ietf', protocol: ['ietf'], schedules: harmless },
]

for (const { name, protocol, schedules } of dialects)
  test(`${name}: eight schedules of the model, each in a page of its own (I01, I02, I03, I04, I19)`, async ({
    context,
    site,
    folder,
  }) => {
    await site.server.uploads()
    const before = await descriptorsOf(site.server.process)
    const play = async (schedule: Schedule, index: number): Promise<void> => {
      const page = await context.newPage()
      const { proxy } = await visit(page, site, passagesOf(schedule, site), { protocol })
      const file = await makeFile(folder, `${name}-${index}.bin`, Math.max(1, schedule.size), String(schedule.seed))
      await choose(page, file)
      const row = uploadRow(page, file)
      await toTheEnd(row)
      const replay = `seed ${seed}; to see it again: SCHEDULE='${JSON.stringify(schedule)}'`
      expect(await site.server.md5(file.name), `I02: the bytes on the server's disk; ${replay}`).toBe(file.md5)
      for (const offsets of offsetsTold(proxy.log).values())
        expect(offsets, `I03: what the server has confirmed; ${replay}`).toEqual(offsets.toSorted((a, b) => a - b))
      const appends = proxy.log.filter(({ path }) => !path.endsWith('/uploads/'))
      expect(bytesSentAgain(appends), `I04: confirmed bytes sent again; ${replay}`).toBe(0)
      if (schedules === harmless) expect(uploadsIn(proxy.log), `I06: sessions; ${replay}`).toBe(1)
      await page.close()
      await proxy.close()
    }
    await Promise.all(schedulesOf(schedules, 8).map(play))
    await expect
      .poll(() => descriptorsOf(site.server.process), { message: 'I19: what the server has open' })
      .toBeLessThanOrEqual(before)
  })

test('F03 what the browser sends again by itself, on a connection that was used before, is stored once', async ({
  page,
  site,
  folder,
}) => {
  const script = (['create', 'append', 'complete'] as const).map((on) => ({ fault: 'lost', on }) as const)
  const schedule = { script } as unknown as Schedule
  const { proxy } = await visit(page, site, passagesOf(schedule, site), {})
  const file = await makeFile(folder, 'film.mp4', 150_000)
  await choose(page, file)
  await untilStatus(uploadRow(page, file), 'completed')
  expect(await site.server.md5(file.name)).toBe(file.md5)
  const words = storyOf(proxy)
  // Each was applied and its answer lost; the second copy is the browser's own, and gets an answer that helps.
  expect(words.slice(0, 2)).toEqual(['PUT 0 unanswered', 'PUT 0 200'])
  expect(words.slice(2, 4)).toEqual(['PUT 65536 unanswered', 'PUT 65536 400'])
  expect(words.filter((word) => word.startsWith('POST'))).toEqual(['POST unanswered', 'POST 400'])
  expect(uploadsIn(proxy.log)).toBe(1)
  expect(await site.server.bytesOnDisk()).toBe(file.size)
  await proxy.close()
})

test('F05 a chunk that stands still on its way is given up by the watchdog, and the upload goes on', async ({
  page,
  site,
  folder,
}) => {
  let count = 0
  const passageFor: PassageFor = ({ method, range }) =>
    method === 'PUT' && range && ++count === 2 ? vanishAfter(MiB) : straight
  const { proxy } = await visit(page, site, passageFor, { chunkSize: 16 * MiB })
  const file = await makeFile(folder, 'film.mp4', 34 * MiB)
  await choose(page, file)
  await untilVerified(uploadRow(page, file), file, site.server)
  const words = storyOf(proxy)
  const stalled = words.findIndex((word) => word.endsWith('unanswered'))
  expect(words[stalled]).toMatch(/^PUT/)
  expect(words[stalled + 1]).toBe('GET 200')
  expect(bytesSentAgain(proxy.log)).toBe(0)
  await proxy.close()
})
