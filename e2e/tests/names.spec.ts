import { expect, test } from '../support/fixtures.ts'
import { chooseMade, untilHeld, ways } from '../support/upload-page.ts'

const long = '🎬'.repeat(300)

/** Names that no file on the disk of a test machine can have, but a page can give, and what the server is told. */
const odd: readonly (readonly [given: string, stored: string])[] = [
  ['two\r\nlines: x.bin', 'two\r\nlines: x.bin'],
  ['\u202Etxt.exe', '\u202Etxt.exe'],
  // One looks like the other, and is not.
  ['fe\u0302te.bin', 'fe\u0302te.bin'],
  ['f\u00eate.bin', 'f\u00eate.bin'],
  ['__proto__', '__proto__'],
  ['"; filename="other', '"; filename="other'],
  // What it cannot take (a NUL, a blank name, more than 255 signs) is changed by one rule before it is sent.
  ['nul\0in it.bin', 'nulin it.bin'],
  [' ', 'file'],
  [long, '🎬'.repeat(255)],
]

test('F46 names that no disk takes arrive as they are, or as the one rule makes them', async ({ page, site }) => {
  await page.goto('/harness.html')
  for (const [name] of odd) await chooseMade(page.getByLabel('Choose files'), name, 1000)
  await expect(page.locator('[data-status="completed"][data-verified="true"]')).toHaveCount(odd.length)
  const stored = await site.server.uploads()
  expect(stored.map(({ filename }) => filename).toSorted()).toEqual(odd.map(([, name]) => name).toSorted())
})

test.describe('scripts in names and errors', () => {
  test.use({ brokenNetwork: true })

  const attack = (how: string): string => `<img src="x" onerror="window.ran='${how}'">`

  for (const { name, path } of [...ways, { name: 'element', path: '/element.html' }])
    test(`S26 ${name}: they are text, while it runs, when it is done, has failed, and after a reload`, async ({
      page,
      site,
    }) => {
      await page.addInitScript(() => Reflect.deleteProperty(window, 'showOpenFilePicker'))
      await page.route('**/api/uploads/', (route, request) =>
        request.headers()['content-range']?.endsWith('/1100000')
          ? route.fulfill({ status: 400, json: { detail: attack('answer') } })
          : route.continue(),
      )
      // The last two are too large to go whole in one request.
      const sizes = { done: 1000, refused: 1_100_000, held: 1_200_000 }
      const named = (what: string): string => `${what} ${attack(what)}.bin`
      await page.goto(`${path}?picker=input`)
      const hold = site.network.holdAt(1_150_000)
      for (const [what, size] of Object.entries(sizes)) {
        await chooseMade(page.getByLabel('Choose files'), named(what), size)
        await expect(page.getByText(named(what), { exact: true }).first()).toBeVisible()
      }
      await expect(page.getByText(/Failed/).first()).toBeVisible()
      await untilHeld(hold)
      await page.reload()
      hold.release()
      await expect(page.getByText(named('held'), { exact: true }).first()).toBeVisible()
      await expect(page.locator('img[src=x]')).toHaveCount(0)
      expect(await page.evaluate(() => Reflect.get(window, 'ran'))).toBeUndefined()
    })
})
