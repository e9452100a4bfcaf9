import { readFile } from 'node:fs/promises'
import { makeFile, md5Of, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { chunks, mostAtOnce } from '../support/request-log.ts'
import { chooseFiles, openPage, untilStatus, untilVerified, uploadRow } from '../support/upload-page.ts'

test('a file of one byte arrives (F45)', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'one.bin', 1)
  await openPage(page)
  await chooseFiles(page, file)
  await untilVerified(uploadRow(page, file), file, site.server)
})

test('a file of exactly four chunks is sent in four (F45)', async ({ page, site, folder }) => {
  const chunkSize = 65_536
  const file = await makeFile(folder, 'four.bin', 4 * chunkSize)
  await openPage(page, { chunkSize })
  await chooseFiles(page, file)
  await untilVerified(uploadRow(page, file), file, site.server)
  const sizes = chunks(site.network.log).map(({ range }) => range && range.end - range.start + 1)
  expect(sizes).toEqual([chunkSize, chunkSize, chunkSize, chunkSize])
})

for (const name of ['nothing.txt', 'nothing.unknown']) {
  test(`${name} without a byte is refused with a reason, and nothing is sent (F45)`, async ({ page, site, folder }) => {
    const file = await makeFile(folder, name, 0)
    await openPage(page)
    await chooseFiles(page, file)
    const row = uploadRow(page, file)
    await untilStatus(row, 'failed')
    await expect(row).toContainText('The file is empty')
    expect(site.network.log).toEqual([])
  })
}

test('names arrive as they are, whatever is in them (F46)', async ({ page, site, folder }) => {
  const names = [
    '🦄 fête “naïve”.bin',
    `it's "quoted" & <img src=x>.bin`,
    '%2e%2e%2fpercent.bin',
    'ends in dots...',
    'مرحبا.bin',
    'e\u0301 decomposed.bin',
    `${'long '.repeat(49)}.bin`,
  ]
  const files = await Promise.all(names.map((name) => makeFile(folder, name, 1000)))
  await openPage(page)
  await chooseFiles(page, ...files)
  for (const file of files) {
    await untilVerified(uploadRow(page, file), file, site.server)
    await expect(uploadRow(page, file).getByTitle(file.name, { exact: true })).toBeVisible()
  }
})

test('a name with path separators arrives as data, and leads nowhere (F46, S02)', async ({ page, site, folder }) => {
  const file = { ...(await makeFile(folder, 'plain.bin', 1000)), name: '../..\\../outside/etc.bin' }
  await openPage(page)
  // No file on a disk has such a name, but a page can make one.
  await page.getByLabel('Choose files').evaluate(
    (input: HTMLInputElement, { name, bytes }) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from(bytes)], name))
      input.files = transfer.files
      input.dispatchEvent(new Event('change', { bubbles: true }))
    },
    { name: file.name, bytes: [...(await readFile(file.path))] },
  )
  await untilVerified(uploadRow(page, file), file, site.server)
  const [stored] = await site.server.uploads()
  expect(stored?.path).toMatch(/\/chunked_uploads\/\d{4}\/\d\d\/\d\d\/[0-9a-f-]{36}\.done$/)
})

test('three large files and two hundred small ones go three at a time, in their order (F86)', async ({
  page,
  site,
  folder,
}) => {
  test.slow()
  const large = await Promise.all([1, 2, 3].map((at) => makeFile(folder, `large ${at}.bin`, 8 * MiB)))
  const small = await Promise.all(Array.from({ length: 200 }, (_, at) => makeFile(folder, `small ${at}.txt`, 100 + at)))
  const files = [...large, ...small]
  await openPage(page, { chunkSize: MiB })
  await chooseFiles(page, ...files)
  await expect(page.getByTestId('upload')).toHaveCount(files.length)
  await expect(page.locator('[data-status="completed"][data-verified="true"]')).toHaveCount(files.length, {
    timeout: 120_000,
  })

  const stored = await site.server.uploads()
  expect(stored.filter(({ complete }) => complete)).toHaveLength(files.length)
  for (const { name, md5 } of files) {
    const found = stored.find(({ filename }) => filename === name)
    expect(found && (await md5Of(found.path)), `MD5 of "${name}"`).toBe(md5)
  }
  expect(mostAtOnce(site.network.log)).toBe(3)

  // Of three that are at work at once, one may overtake two others.
  const created = stored.map(({ filename }) => files.findIndex(({ name }) => name === filename))
  for (const [at, place] of created.entries()) expect(Math.abs(at - place), `place of file ${place}`).toBeLessThan(3)
})
