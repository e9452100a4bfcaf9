import { describe, expect, test } from 'vitest'
import { type Facts, isRequired, nextFor, usualPlaces } from './browsers.ts'

const machine = (facts: Partial<Facts> = {}, ...installed: string[]): Facts => ({
  named: undefined,
  places: ['/own/chrome', '/usr/bin/chromium'],
  exists: (path) => installed.includes(path),
  mayInstall: false,
  tried: [],
  ...facts,
})

describe('where a browser comes from', () => {
  test('the path that was named comes first', () => {
    const facts = machine({ named: '/opt/chrome' }, '/opt/chrome', '/own/chrome')
    expect(nextFor('chromium', facts)).toEqual({ use: '/opt/chrome' })
  })

  test('a named path without a program is said, and no other browser takes its place', () => {
    expect(nextFor('firefox', machine({ named: '/opt/fx' }, '/usr/bin/firefox'))).toEqual({
      missing: 'Cannot find Firefox: FIREFOX_PATH names /opt/fx, where there is no program',
    })
  })

  test('then the usual places, in their order', () => {
    expect(nextFor('chromium', machine({}, '/usr/bin/chromium', '/own/chrome'))).toEqual({ use: '/own/chrome' })
    expect(nextFor('chromium', machine({}, '/usr/bin/chromium'))).toEqual({ use: '/usr/bin/chromium' })
  })

  test('root on Debian fetches by apt, then by Playwright, then says what to do', () => {
    expect(nextFor('chromium', machine({ mayInstall: true }))).toEqual({ fetch: 'apt' })
    expect(nextFor('chromium', machine({ mayInstall: true, tried: ['apt'] }))).toEqual({ fetch: 'playwright' })
    expect(nextFor('chromium', machine({ mayInstall: true, tried: ['apt', 'playwright'] }))).toEqual({
      missing: 'Cannot find Chromium: install Chrome, Chromium or Edge, or set CHROMIUM_PATH to its path',
    })
  })

  test('everyone else fetches Chromium by Playwright and no Firefox', () => {
    expect(nextFor('chromium', machine())).toEqual({ fetch: 'playwright' })
    expect(nextFor('firefox', machine())).toEqual({
      missing: 'Cannot find Firefox: install Firefox, or set FIREFOX_PATH to its path',
    })
  })

  test('what was fetched is used', () => {
    expect(nextFor('chromium', machine({ tried: ['playwright'] }, '/own/chrome'))).toEqual({ use: '/own/chrome' })
  })
})

test.each([
  ['chromium', false, false, true],
  ['firefox', false, false, false],
  ['firefox', true, false, true],
  ['firefox', false, true, true],
] as const)('%s, CI %j, asked for %j: required %j', (browser, ci, asked, required) => {
  expect(isRequired(browser, ci, asked)).toBe(required)
})

describe('the usual places', () => {
  test('on Linux: every folder of PATH, for one program after the other', () => {
    expect(usualPlaces('firefox', 'linux', { PATH: '/usr/local/bin::/usr/bin' })).toEqual([
      '/usr/local/bin/firefox-esr',
      '/usr/bin/firefox-esr',
      '/usr/local/bin/firefox',
      '/usr/bin/firefox',
    ])
  })

  test('on macOS: the applications of the machine and of the person', () => {
    const places = usualPlaces('chromium', 'darwin', { HOME: '/Users/me' })
    expect(places).toContain('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome')
    expect(places).toContain('/Users/me/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge')
  })

  test('on Windows: the folders of programs that there are', () => {
    expect(usualPlaces('firefox', 'win32', { PROGRAMFILES: 'C:\\Program Files' })).toEqual([
      'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
    ])
  })
})
