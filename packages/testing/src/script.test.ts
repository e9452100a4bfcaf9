import { describe, expect, test } from 'vitest'
import { createPlay } from './play.ts'
import { readScript } from './script.ts'

test('entries are made whole, from names, statuses and objects', () => {
  expect(readScript(['lost', 503, { fault: 'cut', after: 7, on: 'append', times: 2 }])).toEqual([
    { fault: { fault: 'lost' }, on: undefined, times: 1 },
    { fault: { fault: 'status', status: 503 }, on: undefined, times: 1 },
    { fault: { fault: 'cut', after: 7 }, on: 'append', times: 2 },
  ])
})

test('every fault can be said in JSON', () => {
  const script = [
    ...['ok', 'drop', 'lost', 'duplicate', 'late', 'html', 'gone', 429],
    { fault: 'cut', after: 0 },
    { fault: 'delay', ms: 1000, what: 'answer' },
    { fault: 'late', before: 3 },
    { fault: 'status', status: 503, headers: { 'Retry-After': '7' }, body: { detail: ['no', { more: null }] } },
    { fault: 'corrupt', byte: 9, on: 'PUT' },
    { fault: 'slow', bytesPerSecond: 1000 },
    { fault: 'kill', after: 10, ms: 0 },
  ]
  expect(readScript(JSON.parse(JSON.stringify(script)))).toHaveLength(script.length)
})

describe('what is wrong is refused, with its place, what was expected and what came', () => {
  test.each([
    ['ok', 'Cannot read the fault script: expected a list, got "ok"'],
    [undefined, 'Cannot read the fault script: expected a list, got undefined'],
    [
      ['ok', 'oops'],
      /^Cannot read entry 2 of the fault script: expected "fault" to be one of ok, drop, .*, got "oops"$/,
    ],
    [['cut'], 'Cannot read entry 1 of the fault script: expected "after" to be a number of bytes, got undefined'],
    [
      [{ fault: 'cut', after: -1 }],
      'Cannot read entry 1 of the fault script: expected "after" to be a number of bytes, got -1',
    ],
    [[null], 'Cannot read entry 1 of the fault script: expected the name of a fault, a status, or an object, got null'],
    [[{ status: 503 }], /expected "fault" to be one of .*, got undefined$/],
    [[99], 'Cannot read entry 1 of the fault script: expected "status" to be a status from 200 to 599, got 99'],
    [[{ fault: 'status', status: 503, headers: { a: 1 } }], /expected "headers" to be texts by name, got \{"a":1\}$/],
    [[{ fault: 'status', status: 200, body: new Map([[1, Number.NaN]]).get(1) }], /expected "body" to be JSON/],
    [
      [{ fault: 'lost', on: 'apend' }],
      /expected "on" to be one of create, append, .*, or a method in capitals, got "apend"$/,
    ],
    [[{ fault: 'lost', times: 0 }], /expected "times" to be a whole number of at least 1, got 0$/],
    [[{ fault: 'delay', ms: 1, what: 'all' }], /expected "what" to be "request" or "answer", got "all"$/],
    [[{ fault: 'drop', after: 5 }], 'Cannot read entry 1 of the fault script: "drop" takes no "after"'],
    [[{ fault: 'slow', bytesPerSecond: 0 }], /expected "bytesPerSecond" to be a whole number of at least 1, got 0$/],
    [[{ fault: 'slow' }], /expected "bytesPerSecond" to be .*, got undefined$/],
    [[{ fault: 'kill', after: 5 }], /expected "ms" to be milliseconds, got undefined$/],
    [[{ fault: 'toString' }], /expected "fault" to be one of/],
  ])('%j', (script, message) => {
    expect(() => readScript(script)).toThrow(TypeError)
    expect(() => readScript(script)).toThrow(message)
  })
})

describe('play', () => {
  const append = { method: 'PUT', kind: 'append' } as const
  const offset = { method: 'GET', kind: 'offset' } as const

  test('each request uses up the first entry that fits it; after the last all goes well', () => {
    const play = createPlay(['lost', { fault: 'drop', on: 'append' }, { fault: 'html', on: 'GET' }, 'gone'])
    expect(play.left).toBe(4)
    expect(play.next(offset)).toEqual({ fault: 'lost' })
    expect(play.next(offset)).toEqual({ fault: 'html' })
    expect(play.next(append)).toEqual({ fault: 'drop' })
    expect(play.next(append)).toEqual({ fault: 'gone' })
    expect(play.left).toBe(0)
    expect(play.next(append)).toEqual({ fault: 'ok' })
  })

  test('an entry may be for several requests', () => {
    const play = createPlay([{ fault: 'drop', times: 2 }, 'html'])
    expect([play.next(append), play.next(offset), play.next(append)].map(({ fault }) => fault)).toEqual([
      'drop',
      'drop',
      'html',
    ])
  })

  test('a preflight is for who asks for it by name', () => {
    const play = createPlay(['drop', { fault: 'html', on: 'OPTIONS' }])
    const preflight = { method: 'OPTIONS', kind: 'other' } as const
    expect(play.next(preflight)).toEqual({ fault: 'html' })
    expect(play.next(preflight)).toEqual({ fault: 'ok' })
    expect(play.left).toBe(1)
  })

  test('the same script plays again from its beginning', () => {
    const script = ['drop'] as const
    createPlay(script).next(append)
    expect(createPlay(script).next(append)).toEqual({ fault: 'drop' })
  })
})
