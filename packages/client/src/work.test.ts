import { afterEach, describe, expect, test, vi } from 'vitest'
import { C, fileOf, reached, rig } from '../test/rig.ts'
import { UploadError } from './errors.ts'
import type { UploaderOptions } from './options.ts'
import type { Complete, FarEnd, Protocol } from './types.ts'
import type { Upload } from './upload.ts'

const size = 4 * C
const done: Complete = { url: 'https://files.example/1', answer: { fine: true }, verified: true }
const lost = (): Promise<never> => Promise.reject(new UploadError('network', 'No answer'))

/** A protocol without a network: a server that keeps nothing but its offset, and what was asked of it. */
function obedient(far: Partial<FarEnd> = {}) {
  const log: string[] = []
  const server = { offset: 0 }
  const session = { id: '1' }
  const protocol: Protocol = {
    name: 'obedient',
    far: {
      ...{ chunk: {}, first: 0, whole: 0, settleMs: 0, exclusive: false, forgetsFinished: false, empty: true },
      ...far,
    },
    create: (_, first) => {
      log.push(`create ${first?.body.size ?? 0}`)
      server.offset = first?.body.size ?? 0
      return Promise.resolve({ session, offset: server.offset })
    },
    offset: () => {
      log.push('offset')
      return Promise.resolve({ offset: server.offset })
    },
    append: (_, __, { offset, body }) => {
      log.push(`append ${offset}+${body.size}`)
      server.offset = offset + body.size
      return Promise.resolve({ offset: server.offset })
    },
    complete: () => {
      log.push('complete')
      return Promise.resolve(done)
    },
    terminate: () => Promise.resolve(true),
  }
  return { protocol, log, server }
}

/** The first answers of a step, one after the other; then what it really does. */
function first<Given extends unknown[], Value>(
  real: (...given: Given) => Promise<Value>,
  ...answers: (() => Promise<Value>)[]
) {
  const left = [...answers]
  return (...given: Given): Promise<Value> => left.shift()?.() ?? real(...given)
}

async function run(protocol: Protocol, options: Partial<UploaderOptions> = {}, file = fileOf(size)) {
  const around = rig()
  const page = around.open({ protocol, ...options })
  const upload = page.uploader.add(file)
  await around.clock.run(reached(upload, ({ status }) => ['completed', 'failed', 'paused'].includes(status)))
  return { ...around, page, upload }
}
const notices = (page: { notices: readonly { type: string }[] }): string[] => page.notices.map(({ type }) => type)

describe('what a far end can bear', () => {
  test('one that takes no chunk with the creation is given none', async () => {
    const { protocol, log } = obedient()
    await run(protocol)
    expect(log).toEqual([
      'create 0',
      `append 0+${C}`,
      `append ${C}+${C}`,
      `append ${2 * C}+${C}`,
      `append ${3 * C}+${C}`,
      'complete',
    ])
  })

  test('one that takes so much with it is given no more', async () => {
    const { protocol, log } = obedient({ first: 1000 })
    await run(protocol)
    expect(log.slice(0, 2)).toEqual(['create 1000', `append 1000+${C}`])
  })

  test('one that can bear files without bytes is given them (F45)', async () => {
    const { protocol, log } = obedient()
    const { upload } = await run(protocol, {}, fileOf(0))
    expect(upload.getState().status).toBe('completed')
    expect(log).toEqual(['create 0', 'complete'])
  })

  test.each([
    ['min', { min: 2 * C }, [2 * C, 2 * C]],
    ['max', { max: C / 2 }, Array<number>(8).fill(C / 2)],
    ['multipleOf', { multipleOf: 3 * C }, [3 * C, C]],
    ['exact', { exact: 1.5 * C }, [1.5 * C, 1.5 * C, C]],
  ] as const)('its rule on chunks is kept: %s', async (_, chunk, sizes) => {
    const { protocol, log } = obedient({ chunk })
    await run(protocol)
    expect(log.filter((line) => line.startsWith('append')).map((line) => Number(line.split('+')[1]))).toEqual(sizes)
  })

  test('a rule that an answer teaches is kept from then on', async () => {
    const { protocol, log } = obedient()
    const teaching: Protocol = {
      ...protocol,
      append: async (...given) => {
        const answer = await protocol.append(...given)
        return answer === 'gone' ? answer : { ...answer, rules: { max: C / 2 } }
      },
    }
    await run(teaching)
    expect(log[1]).toBe(`append 0+${C}`)
    expect(log.slice(2, -1).every((line) => line.endsWith(`+${C / 2}`))).toBe(true)
  })

  test('one that has room for one upload at a time gets one at a time', async () => {
    const { protocol, log } = obedient({ exclusive: true })
    const { open, clock } = rig()
    const { uploader } = open({ protocol, concurrency: 3 })
    const uploads = [1, 2, 3].map((seed) => uploader.add(fileOf(C, `${seed}.txt`, seed)))
    await clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    expect(log).toEqual([1, 2, 3].flatMap(() => ['create 0', `append 0+${C}`, 'complete']))
  })

  test.each([0, 2_000, 7_000])('one without a lock is asked %d ms after a chunk went unanswered', async (settleMs) => {
    const { protocol } = obedient({ settleMs })
    const times: number[] = []
    const around = rig()
    const mark = <Value>(value: Value): Value => {
      times.push(around.clock.now())
      return value
    }
    const watched: Protocol = {
      ...protocol,
      append: first(protocol.append, () => mark(lost())),
      offset: (...given) => mark(protocol.offset(...given)),
    }
    const upload = around.open({ protocol: watched }).uploader.add(fileOf(size))
    await around.clock.run(upload.finished)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(750 + settleMs)
  })
})

describe('a far end that forgets what is finished', () => {
  const gone = (): Promise<'gone'> => Promise.resolve('gone')

  test.each<[string, (protocol: Protocol) => Partial<Protocol>]>([
    [
      'the last chunk',
      ({ append }) => ({ append: (...given) => (given[2].offset === 3 * C ? lost() : append(...given)), offset: gone }),
    ],
    ['the finish', () => ({ complete: lost, offset: gone })],
  ])('gone after %s went unanswered means completed, and nobody knows what was compared (I01)', async (_, faults) => {
    const { protocol } = obedient({ forgetsFinished: true })
    const { upload, page } = await run({ ...protocol, ...faults(protocol) })
    expect(upload.getState()).toMatchObject({ status: 'completed', verified: false })
    expect(notices(page)).toEqual([])
  })

  test('gone after any other chunk means gone', async () => {
    const { protocol } = obedient({ forgetsFinished: true })
    const { upload, page } = await run({ ...protocol, append: first(protocol.append, lost), offset: gone })
    expect(upload.getState()).toMatchObject({ status: 'completed', verified: true })
    expect(notices(page)).toEqual(['restarted'])
  })

  test('a far end that does not forget has lost it', async () => {
    const { protocol } = obedient()
    const { upload } = await run({ ...protocol, complete: lost, offset: gone })
    expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'gone' } })
  })
})

describe('answers', () => {
  test('one that does not advance is an error that counts, not a loop (rule 5)', async () => {
    const { protocol, log } = obedient()
    const stuck = { ...protocol, append: () => Promise.resolve({ offset: 0 }) }
    const { upload } = await run(stuck)
    expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'conflict' } })
    expect(log.length).toBeLessThan(40)
  })

  test('one that is ahead is followed: nothing is sent that is there (F10)', async () => {
    const { protocol, log, server } = obedient()
    const ahead = {
      ...protocol,
      append: first(protocol.append, () => {
        server.offset = 3 * C
        return Promise.resolve({ offset: 3 * C })
      }),
    }
    const { upload } = await run(ahead)
    expect(upload.getState().status).toBe('completed')
    expect(log).toEqual(['create 0', `append ${3 * C}+${C}`, 'complete'])
  })

  test('a server that goes back is followed, and that is told; the fourth time without progress is the last (F09)', async () => {
    const { protocol, server } = obedient()
    let back = 0
    const forgetful: Protocol = {
      ...protocol,
      append: async (...given) => {
        const answer = await protocol.append(...given)
        if (answer === 'gone' || answer.offset !== 3 * C) return answer
        back += 1
        server.offset = C
        return { offset: C }
      },
    }
    const { upload, page } = await run(forgetful)
    expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'rewound' } })
    expect(back).toBe(4)
    expect(page.notices).toMatchObject(
      Array.from({ length: 4 }, () => ({ type: 'rewound', from: 2 * C, to: C })).slice(0, page.notices.length),
    )
    expect(page.notices.length).toBeGreaterThanOrEqual(3)
  })

  test('a finish that finds bytes missing sends them', async () => {
    const { protocol, log, server } = obedient()
    const missing = {
      ...protocol,
      complete: first(protocol.complete, () => {
        server.offset = 3 * C
        return Promise.resolve({ offset: 3 * C })
      }),
    }
    const { upload } = await run(missing)
    expect(upload.getState().status).toBe('completed')
    expect(log.slice(-2)).toEqual([`append ${3 * C}+${C}`, 'complete'])
  })

  test('an upload that is complete as soon as it is created is completed', async () => {
    const { protocol, log } = obedient()
    const { upload } = await run({
      ...protocol,
      create: () => Promise.resolve({ session: {}, offset: size, complete: done }),
    })
    expect(await upload.finished).toEqual(done)
    expect(log).toEqual([])
  })

  test('a creation that claims more bytes than the file has is none', async () => {
    const { protocol } = obedient()
    const { upload } = await run({ ...protocol, create: () => Promise.resolve({ session: {}, offset: size + 1 }) })
    expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'malformed' } })
  })

  test('a fault in a protocol is told as ours, with its cause', async () => {
    const { protocol } = obedient()
    const cause = new RangeError('oops')
    const { upload } = await run({ ...protocol, append: () => Promise.reject(cause) })
    expect(upload.getState()).toMatchObject({
      ...{
        status: 'failed',
        error: { code: 'internal', cause, message: 'Cannot upload "film.mp4": RangeError: oops' },
      },
    })
  })
})

test('a cut of which nothing was kept halves the chunk: something may refuse it without a word (F16)', async () => {
  const { protocol, log } = obedient()
  const { upload } = await run({ ...protocol, append: first(protocol.append, lost) }, { chunkSize: 4 * C })
  expect(upload.getState().status).toBe('completed')
  expect(log).toEqual(['create 0', 'offset', `append 0+${2 * C}`, `append ${2 * C}+${2 * C}`, 'complete'])
})

describe('a chunk that was cut says nothing of its size', () => {
  const chunksAfter = async (cut: (server: { offset: number }) => Protocol['append']): Promise<string[]> => {
    const { protocol, log, server } = obedient()
    let cuts = 0
    const append: Protocol['append'] = (...given) => ((cuts += 1) === 1 ? cut(server) : protocol.append)(...given)
    const { upload } = await run({ ...protocol, append }, { chunkSize: 4 * C })
    expect(upload.getState().status).toBe('completed')
    return log.slice(1, -1)
  }

  test('where something of it was kept', async () => {
    const cut = (server: { offset: number }) => (): Promise<never> => {
      server.offset = C
      return lost()
    }
    expect(await chunksAfter(cut)).toEqual(['offset', `append ${C}+${3 * C}`])
  })

  test.each([
    ['', 1, 4],
    [', unless that happens twice', 2, 2],
  ])('where nothing of it had left%s', async (_, cuts, chunks) => {
    const script = Array.from({ length: cuts }, () => ({ fault: 'cut', after: 0, on: 'append' }) as const)
    const { server, open, clock } = rig({ script })
    const upload = open({ chunkSize: 4 * C }).uploader.add(fileOf(8 * C))
    await clock.run(reached(upload, ({ status }) => status === 'completed'))
    expect(server.story().at(-2)).toBe(`append ${(8 - chunks) * C}-${8 * C - 1}/${8 * C}`)
  })

  test('where a busy server refused it', async () => {
    const cut = () => (): Promise<never> => Promise.reject(new UploadError('server', 'Busy', { status: 503 }))
    expect(await chunksAfter(cut)).toEqual(['offset', `append 0+${4 * C}`])
  })
})

describe('offline (F27)', () => {
  afterEach(() => vi.unstubAllGlobals())
  const browser = () => {
    const page = new EventTarget()
    const navigator = { onLine: false }
    vi.stubGlobal('navigator', navigator)
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    return { page, navigator }
  }

  async function away() {
    const { page, navigator } = browser()
    const { protocol, log } = obedient()
    const state = { reachable: false }
    const around = rig()
    const reach =
      <Given extends unknown[], Value>(step: (...given: Given) => Promise<Value>) =>
      (...given: Given): Promise<Value> => {
        if (state.reachable) return step(...given)
        log.push('away')
        return lost()
      }
    const upload = around.open({ protocol: { ...protocol, create: reach(protocol.create) } }).uploader.add(fileOf(size))
    await around.clock.run(reached(upload, 'waiting'))
    return { ...around, page, navigator, log, state, upload }
  }

  test('it waits and counts nothing, however long; its word lies both ways, so every 30 s it tries', async () => {
    const { clock, upload, log } = await away()
    await clock.advance(3_600_000)
    expect(upload.getState()).toMatchObject({ status: 'waiting', attempt: 0, retryIn: Infinity })
    expect(log).toHaveLength(121)
  })

  test('when it is online again it goes on at once', async () => {
    const { clock, upload, page, navigator, state } = await away()
    const begun = clock.now()
    state.reachable = true
    navigator.onLine = true
    page.dispatchEvent(new Event('online'))
    await clock.run(upload.finished)
    expect(clock.now()).toBe(begun)
  })

  test('a server’s wish to be left alone is kept all the same', async () => {
    const { page, navigator } = browser()
    navigator.onLine = true
    const { protocol } = obedient()
    const busy = (): Promise<never> =>
      Promise.reject(new UploadError('throttled', 'Later', { status: 429, retryAfterMs: 60_000 }))
    const around = rig()
    const upload = around
      .open({ protocol: { ...protocol, create: first(protocol.create, busy) } })
      .uploader.add(fileOf(size))
    await around.clock.run(reached(upload, 'waiting'))
    const begun = around.clock.now()
    page.dispatchEvent(new Event('online'))
    await around.clock.run(upload.finished)
    expect(around.clock.now() - begun).toBe(60_000)
  })
})

describe('a request that failed for the file’s sake (F40, F41)', () => {
  async function spoilt(name: string): Promise<{ upload: Upload; log: string[]; good: () => Promise<void> }> {
    const { protocol, log } = obedient()
    const around = rig()
    const file = fileOf(size)
    const upload = around.open({ protocol: { ...protocol, append: first(protocol.append, spoil) } }).uploader.add(file)
    // To a browser a file that cannot be read any more is a network error.
    function spoil(): Promise<never> {
      file.slice = () =>
        Object.assign(new Blob(['0']), { arrayBuffer: () => Promise.reject(new DOMException('No', name)) })
      return lost()
    }
    await around.clock.run(reached(upload, ({ status }) => status === 'paused' || status === 'waiting'))
    const good = async (): Promise<void> => {
      upload.choose(fileOf(size))
      await around.clock.run(upload.finished)
    }
    return { upload, log, good }
  }

  test.each([
    ['NotReadableError', 'file-changed'],
    ['NotFoundError', 'file-gone'],
  ])(
    '%s: it is paused for the file, and nothing is tried again; the file chosen anew it goes on',
    async (name, code) => {
      const { upload, log, good } = await spoilt(name)
      expect(upload.getState()).toMatchObject({ status: 'paused', reason: 'file', error: { code } })
      expect(log).toEqual(['create 0'])
      await good()
      expect(log.slice(0, 3)).toEqual(['create 0', 'offset', `append 0+${C}`])
    },
  )

  test('a file that cannot be read just now is tried again', async () => {
    const { upload } = await spoilt('UnknownError')
    expect(upload.getState()).toMatchObject({ status: 'waiting', error: { code: 'file-unreadable' } })
  })
})

test('a session that the protocol changes on the way is what the next step gets, strictly remembered before it goes on', async () => {
  const { protocol, log } = obedient()
  const around = rig()
  const changing: Protocol = {
    ...protocol,
    async append(session, facts, chunk, tools) {
      const sent = chunk.offset + chunk.body.size
      log.push(`was ${JSON.stringify(session)}`)
      await tools.keep({ id: '1', sent })
      const [record] = await around.store.list()
      expect(record?.session).toEqual({ id: '1', sent })
      log.push(around.events.at(-1) ?? 'nothing')
      return protocol.append(session, facts, chunk, tools)
    },
    complete: (session, ...rest) => {
      log.push(`was ${JSON.stringify(session)}`)
      return protocol.complete(session, ...rest)
    },
  }
  const upload = around.open({ protocol: changing }).uploader.add(fileOf(2 * C))
  await around.clock.run(upload.finished)
  expect(log).toEqual([
    'create 0',
    ...['was {"id":"1"}', 'put strict 0', `append 0+${C}`],
    ...[`was {"id":"1","sent":${C}}`, `put strict ${C} last`, `append ${C}+${C}`],
    ...[`was {"id":"1","sent":${2 * C}}`, 'complete'],
  ])
  expect(upload.getState().session).toEqual({ id: '1', sent: 2 * C })
})

test('so is a session that an answer brings', async () => {
  const { protocol, log } = obedient()
  const { clock, open } = rig()
  const upload = open({
    protocol: {
      ...protocol,
      async append(session, facts, chunk, tools) {
        log.push(`was ${JSON.stringify(session)}`)
        const answer = await protocol.append(session, facts, chunk, tools)
        return answer === 'gone' ? answer : { ...answer, session: { id: '1', at: answer.offset } }
      },
      complete: (session, ...rest) => {
        log.push(`was ${JSON.stringify(session)}`)
        return protocol.complete(session, ...rest)
      },
    },
  }).uploader.add(fileOf(2 * C))
  await clock.run(upload.finished)
  expect(log).toEqual([
    'create 0',
    ...['was {"id":"1"}', `append 0+${C}`],
    ...[`was {"id":"1","at":${C}}`, `append ${C}+${C}`],
    ...[`was {"id":"1","at":${2 * C}}`, 'complete'],
  ])
})
