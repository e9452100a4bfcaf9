import type { Script } from '@chunkwise/testing'
import { describe, expect, test } from 'vitest'
import { bytesOf, C, fileOf, holds, reached, rig, type Rig } from './rig.ts'

const size = 4 * C
const range = (index: number): string => `${index * C}-${(index + 1) * C - 1}/${size}`
const create = `create ${range(0)}`
const append = (index: number): string => `append ${range(index)}`
const chunks = [create, append(1), append(2), append(3)]

/** How many bytes of the file went out. */
function sent({ server }: Rig): number {
  const ranges = server.log.flatMap(({ headers }) => headers['content-range']?.match(/\d+/g)?.map(Number) ?? [])
  let sum = 0
  for (let at = 0; at < ranges.length; at += 3) sum += (ranges[at + 1] ?? 0) - (ranges[at] ?? 0) + 1
  return sum
}

async function run(script: Script): Promise<Rig> {
  const around = rig({ script })
  const upload = await around.upload(fileOf(size))
  expect(upload.getState()).toMatchObject({ status: 'completed', verified: true, offset: size })
  expect(await holds(around.server, upload, bytesOf(size))).toBe(true)
  expect(around.server.left).toBe(0)
  return around
}

describe('create', () => {
  test.each<[string, Script, sessions: string[]]>([
    ['whose answer is lost', ['lost'], [`${create} lost`, create]],
    [
      'whose answer is lost again and again',
      ['lost', 'lost', 'lost'],
      [...Array<string>(3).fill(`${create} lost`), create],
    ],
    ['that never arrives', ['drop'], [`${create} drop`, create]],
    ['that the browser sends again by itself (F03)', ['duplicate'], [`${create} duplicate`]],
    ['that arrives after it was given up (F04)', ['late'], [`${create} late`, create]],
  ])('%s is repeated under the same key: one session (F33, I06)', async (_, script, story) => {
    const { server } = await run(script)
    expect(server.story()).toEqual([...story, ...chunks.slice(1), 'complete'])
    expect(await server.sessions()).toHaveLength(1)
  })

  test('that is cut in the midst of its chunk goes on behind what has arrived', async () => {
    const around = await run([{ fault: 'cut', after: 40_000 }])
    expect(await around.server.sessions()).toHaveLength(1)
    expect(sent(around)).toBeLessThanOrEqual(size + C)
  })
})

describe('append', () => {
  test('whose answer is lost is never simply repeated: the server is asked, and nothing is sent again (F02, I04)', async () => {
    const around = await run(['ok', { fault: 'lost', on: 'append' }])
    expect(around.server.story()).toEqual([create, `${append(1)} lost`, 'offset', append(2), append(3), 'complete'])
    expect(sent(around)).toBe(size)
  })

  test('that went unanswered may still be on its way to the disk: the server, which has no lock, is asked after 2 s', async () => {
    const { server } = await run(['ok', { fault: 'lost', on: 'append' }])
    const [lost, asked] = server.log.slice(1)
    expect((asked?.at ?? 0) - (lost?.at ?? 0)).toBeGreaterThanOrEqual(2000)
  })

  test('of the last chunk whose answer is lost: everything is there, so it is finished (F02)', async () => {
    const { server } = await run([
      { fault: 'ok', on: 'append', times: 2 },
      { fault: 'lost', on: 'append' },
    ])
    expect(server.story()).toEqual([...chunks.slice(0, 3), `${append(3)} lost`, 'offset', 'complete'])
  })

  test('that never arrives is sent after the server was asked', async () => {
    const around = await run(['ok', 'drop'])
    expect(around.server.story()).toEqual([create, `${append(1)} drop`, 'offset', ...chunks.slice(1), 'complete'])
    expect(sent(around)).toBe(size + C)
  })

  test.each([0, 1, 300, C / 2, C - 1, C, C + 300])(
    'that is cut after %d bytes goes on from what the server has kept (F01)',
    async (after) => {
      const around = await run(['ok', { fault: 'cut', after, on: 'append' }])
      expect(around.server.story().slice(0, 3)).toEqual([create, `${append(1)} cut`, 'offset'])
      expect(sent(around)).toBeLessThanOrEqual(size + C)
      expect(await around.server.sessions()).toHaveLength(1)
    },
  )

  test('that the browser sends again by itself is stored once (F03)', async () => {
    const around = await run(['ok', 'duplicate'])
    expect(around.server.log[1]).toMatchObject({ served: [200, 400] })
    expect(around.server.story()).toEqual([create, `${append(1)} duplicate 400`, append(2), append(3), 'complete'])
  })

  test.each([1, 2])('that arrives before the request after next (%d) does no harm (F04)', async (before) => {
    const around = await run(['ok', { fault: 'late', before, on: 'append' }])
    expect(sent(around)).toBeLessThanOrEqual(size + C)
    expect(await around.server.sessions()).toHaveLength(1)
  })

  test('that nobody answers is given up by the watchdog, and the upload goes on (F05)', async () => {
    const stalled = await run(['ok', { fault: 'delay', ms: 3_600_000, on: 'append' }])
    expect(stalled.server.story()[2]).toBe('offset')
    const silent = await run(['ok', { fault: 'delay', ms: 3_600_000, what: 'answer', on: 'append' }])
    expect(silent.server.story()).toEqual([create, `${append(1)} delay`, 'offset', append(2), append(3), 'complete'])
  })
})

describe('complete', () => {
  test('whose answer is lost: the server is asked, and it is success with the same checksum (F32, I01)', async () => {
    const { server } = await run([{ fault: 'lost', on: 'complete' }])
    expect(server.story()).toEqual([...chunks, 'complete lost', 'offset'])
  })

  test('that outlasts a proxy is waited for, and only then repeated (F32)', async () => {
    const { server } = await run([{ fault: 'status', status: 504, on: 'complete' }])
    const asked = server.story().slice(chunks.length)
    expect(asked[0]).toBe('complete 504')
    expect(asked.filter((line) => line === 'complete')).toHaveLength(1)
    expect(asked.at(-1)).toBe('complete')
    const [first, last] = server.log.filter(({ kind }) => kind === 'complete')
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2000)
  })

  test('that is answered after minutes is asked after (F32)', async () => {
    const { server } = await run([{ fault: 'delay', ms: 300_000, what: 'answer', on: 'complete' }])
    expect(server.story()).toEqual([...chunks, 'complete delay', 'offset'])
  })

  test('that the browser sends again by itself is answered "already complete": success, but nobody knows what was compared (F03, I01)', async () => {
    const around = rig({ script: [{ fault: 'duplicate', on: 'complete' }] })
    const upload = await around.upload(fileOf(size))
    expect(await upload.finished).toMatchObject({ verified: false, answer: { status: 2 } })
    expect(await holds(around.server, upload, bytesOf(size))).toBe(true)
    expect(around.server.log.find(({ kind }) => kind === 'complete')).toMatchObject({ served: [200, 400] })
  })

  test('whose answer is lost, and the page is closed: the next visit finds it finished, and verified', async () => {
    const around = rig({ script: [{ fault: 'lost', on: 'complete' }] })
    const page = around.open()
    await around.clock.run(reached(page.uploader.add(fileOf(size)), 'waiting'))
    page.close()
    const upload = await around.upload(fileOf(size))
    expect(await upload.finished).toMatchObject({ verified: true })
    expect(around.server.story()).toEqual([...chunks, 'complete lost', 'offset'])
  })
})

describe('the question for the offset', () => {
  const asking: Script = ['ok', { fault: 'drop', on: 'append' }]
  test.each<[string, Script]>([
    ['is lost', [...asking, { fault: 'lost', on: 'offset', times: 3 }]],
    [
      'is refused with a passing error (rule 4)',
      [...asking, ...[500, 502, 503, 504].map((status) => ({ fault: 'status', status, on: 'offset' }) as const)],
    ],
  ])('that %s is asked again, and costs no session', async (_, script) => {
    const around = await run(script)
    expect(around.server.story().filter((line) => line.startsWith('create'))).toHaveLength(1)
    expect(sent(around)).toBe(size + C)
  })
})

describe('a server that goes away', () => {
  test('and comes back has what it had (F07, F08)', async () => {
    const around = rig({ script: ['ok', 'ok', { fault: 'delay', ms: 5000, what: 'answer' }] })
    const { clock, server } = around
    const upload = around.open().uploader.add(fileOf(size))
    await clock.run(reached(upload, ({ offset }) => offset === 2 * C))
    await clock.advance(1000)
    server.stop()
    await clock.advance(60_000)
    expect(upload.getState().status).toBe('waiting')
    server.start()
    await clock.run(upload.finished)
    expect(await holds(server, upload, bytesOf(size))).toBe(true)
    expect(server.story().filter((line) => line.startsWith('create'))).toHaveLength(1)
  })

  test('for good is given up after 10 attempts and 10 minutes; the session is kept, and a retry goes on (I12, rule 6)', async () => {
    const around = rig()
    const { clock, server } = around
    const upload = around.open().uploader.add(fileOf(size))
    const begun = clock.now()
    await clock.run(
      reached(
        upload,
        ({ offset }) => offset > 0,
        () => server.stop(),
      ),
    )
    await clock.run(reached(upload, 'failed'))
    expect(upload.getState()).toMatchObject({ error: { code: 'network' } })
    expect(clock.now() - begun).toBeGreaterThanOrEqual(600_000)
    const tries = server.log.filter(({ served }) => served.length === 0)
    expect(tries.length).toBeGreaterThanOrEqual(10)
    for (const [index, { at }] of tries.slice(1).entries())
      expect(at - (tries[index]?.at ?? 0)).toBeGreaterThanOrEqual(250)
    server.start()
    upload.retry()
    await clock.run(upload.finished)
    expect(await holds(server, upload, bytesOf(size))).toBe(true)
    expect(await server.sessions()).toHaveLength(1)
  })
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('many faults at once, no two runs alike (%d): it arrives, once', async (seed) => {
  const words = ['ok', 'lost', 'drop', 'duplicate', 'late', 503, 'html', { fault: 'cut', after: 30_000 }] as const
  const script = Array.from({ length: 16 }, (_, index) => words[(index * (2 * seed + 1) + seed) % words.length] ?? 'ok')
  const around = rig({ script })
  const upload = await around.upload(fileOf(size))
  expect(upload.getState().status).toBe('completed')
  expect(await holds(around.server, upload, bytesOf(size))).toBe(true)
  expect(await around.server.sessions()).toHaveLength(1)
})
