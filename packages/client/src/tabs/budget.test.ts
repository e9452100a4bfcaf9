import { createFakeClock, settle } from '@chunkwise/testing'
import { expect, test } from 'vitest'
import { createFakeBrowser } from '../../test/fake-browser.ts'
import { createBudget, type Budget } from './budget.ts'
import { firstOf, type Hold } from './locks.ts'

const forEver = new AbortController().signal

/** Asks for a place, and tells whether it has come. */
function ask(budget: Budget, signal = forEver): { hold: Hold | undefined; error: unknown } {
  const asked: { hold: Hold | undefined; error: unknown } = { hold: undefined, error: undefined }
  budget.enter(signal).then(
    (hold) => (asked.hold = hold),
    (error: unknown) => (asked.error = error),
  )
  return asked
}

/** Lets everything happen that waits for nothing. */
const soon = (): Promise<void> => createFakeClock().run(settle())

test('a page has a place of its own, and shares the others with all pages', async () => {
  const browser = createFakeBrowser()
  const [one, other] = [forEver, forEver].map((closed) => createBudget(browser.locks(closed), 'slot', 2))
  if (!one || !other) throw new Error('Expected two pages')
  const ours = [1, 2, 3, 4].map(() => ask(one))
  await soon()
  expect(ours.map(({ hold }) => hold !== undefined)).toEqual([true, true, true, false])
  const theirs = [1, 2].map(() => ask(other))
  await soon()
  expect(theirs.map(({ hold }) => hold !== undefined)).toEqual([true, false])
  expect(browser.held()).toHaveLength(2)
  // The page's own place goes to who waits on this page, a shared one to who waited first for it.
  ours[0]?.hold?.release()
  await soon()
  expect([ours[3]?.hold, theirs[1]?.hold].map(Boolean)).toEqual([true, false])
  ours[1]?.hold?.release()
  await soon()
  expect(theirs[1]?.hold).toBeDefined()
  for (const { hold } of [...ours.slice(2), ...theirs]) hold?.release()
  await soon()
  expect(browser.held()).toEqual([])
})

test('who waits leaves off at once, and nothing is kept for it', async () => {
  const browser = createFakeBrowser()
  const budget = createBudget(browser.locks(forEver), 'slot', 1)
  const leaving = new AbortController()
  const [own, shared, gone] = [ask(budget), ask(budget), ask(budget, leaving.signal)]
  await soon()
  leaving.abort(new Error('paused'))
  await soon()
  expect(gone).toMatchObject({ hold: undefined, error: { message: 'paused' } })
  own.hold?.release()
  shared.hold?.release()
  await soon()
  expect(browser.held()).toEqual([])
  expect(ask(budget, leaving.signal).hold).toBeUndefined()
  const [again, more] = [ask(budget), ask(budget)]
  await soon()
  expect([again.hold, more.hold].map(Boolean)).toEqual([true, true])
})

test('two places that become free in one moment serve two', async () => {
  const browser = createFakeBrowser()
  const budget = createBudget(browser.locks(forEver), 'slot', 2)
  const first = [1, 2, 3].map(() => ask(budget))
  await soon()
  const next = [1, 2, 3].map(() => ask(budget))
  for (const { hold } of first) hold?.release()
  await soon()
  expect(next.map(({ hold }) => hold !== undefined)).toEqual([true, true, true])
  for (const { hold } of next) hold?.release()
  await soon()
  expect(browser.held()).toEqual([])
})

test('where the browser has no such locks, nobody waits', async () => {
  const refusing = { take: () => Promise.reject(new Error('No locks')) }
  const budget = createBudget(firstOf(refusing), 'slot', 2)
  const all = [1, 2, 3, 4, 5].map(() => ask(budget))
  await soon()
  expect(all.every(({ hold }) => hold !== undefined)).toBe(true)
})
