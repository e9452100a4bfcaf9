import { describe, expect, test } from 'vitest'
import { browsersFor, filesFor, isWhole, readArguments, stepNames } from './plan.ts'

describe('the arguments of a test run', () => {
  test('none: every step in its order, in both browsers', () => {
    expect(readArguments([])).toEqual({
      steps: stepNames,
      browsers: ['chromium', 'firefox'],
      asked: false,
      files: { unit: [], browser: [], faults: [], e2e: [], packed: [], storage: [], peers: [] },
      options: [],
    })
  })

  test('steps run in their own order, each once', () => {
    expect(readArguments(['unit', 'lint', 'unit']).steps).toEqual(['lint', 'unit'])
  })

  test.each([['publint'], ['attw'], ['size'], ['docs'], ['faults'], ['e2e'], ['packed'], ['storage'], ['peers']])(
    '%s looks at built files, so they are built',
    (step) => {
      expect(readArguments([step]).steps).toEqual(['build', step])
    },
  )

  test.each([
    ['packages/client/src/retry.test.ts', 'unit', ['unit']],
    ['packages/client/src/source.browser.test.ts', 'browser', ['browser']],
    ['e2e/faults/server/kill.test.ts', 'faults', ['build', 'faults']],
    ['e2e/storage/s3.test.ts', 'storage', ['build', 'storage']],
    ['e2e/tests/reload.spec.ts', 'e2e', ['build', 'e2e']],
    ['e2e/packed/scenarios/apps.spec.ts', 'packed', ['build', 'packed']],
    ['e2e/peers/scenarios/proxy.spec.ts', 'peers', ['build', 'peers']],
  ] as const)('%s chooses the runner by its name', (file, runner, steps) => {
    const plan = readArguments([file])
    expect(plan.steps).toEqual(steps)
    expect(plan.files[runner]).toEqual([file])
  })

  test('a browser that is named is asked for', () => {
    expect(readArguments(['e2e', '--browser', 'firefox'])).toMatchObject({ browsers: ['firefox'], asked: true })
    expect(readArguments(['--browser=chromium'])).toMatchObject({ browsers: ['chromium'], steps: stepNames })
  })

  test('what follows -- goes to the runner as it is', () => {
    expect(readArguments(['unit', '--', '-t', 'refuses', '--', 'lint'])).toMatchObject({
      steps: ['unit'],
      options: ['-t', 'refuses', '--', 'lint'],
    })
  })

  test.each([
    [['units'], '"units" is neither a step nor a test file'],
    [['e2e', '--browser', 'opera'], '--browser is chromium or firefox, not "opera"'],
    [['e2e', '--browser'], "Option '--browser <value>' argument missing"],
    [['--headed'], "Unknown option '--headed'"],
    [['lint', '--', '--fix'], 'options after -- are for one of unit, browser, faults, e2e, packed, storage, peers'],
    [
      ['unit', 'e2e', '--', '--x'],
      'options after -- are for one of unit, browser, faults, e2e, packed, storage, peers',
    ],
  ])('%j is refused, with what is allowed', (args, why) => {
    expect(() => readArguments(args)).toThrow(SyntaxError)
    expect(() => readArguments(args)).toThrow(why)
    expect(() => readArguments(args)).toThrow('Steps: lockfile, format, lint')
  })
})

test.each([
  [[], true],
  [['unit', 'browser', 'faults', 'e2e', 'packed', 'storage', 'peers'], true],
  [['unit', 'browser', 'faults', 'e2e', 'packed', 'peers'], false],
  [['--browser', 'chromium'], false],
  [['reliability'], false],
])('%j is all tests: %j', (args, whole) => {
  expect(isWhole(readArguments(args))).toBe(whole)
})

test('a run starts the browsers that its steps need, and servers of others meet Chromium only', () => {
  expect(browsersFor(readArguments(['lint']))).toEqual([])
  expect(browsersFor(readArguments(['packed']))).toEqual(['chromium'])
  expect(browsersFor(readArguments(['peers']))).toEqual(['chromium'])
  expect(browsersFor(readArguments(['peers', 'e2e']))).toEqual(['chromium', 'firefox'])
  expect(browsersFor(readArguments(['peers', '--browser', 'firefox']))).toEqual([])
})

test('a folder named after a browser is for that browser only', () => {
  const files = ['e2e/tests/upload.spec.ts', 'e2e/tests/chromium/drop.spec.ts']
  expect(filesFor('chromium', files)).toEqual(files)
  expect(filesFor('firefox', files)).toEqual(['e2e/tests/upload.spec.ts'])
})
