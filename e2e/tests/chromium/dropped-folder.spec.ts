import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFile } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { untilStatus, untilVerified, uploadRow } from '../../support/upload-page.ts'

// No test can drop what lies on a disk in Firefox.

test('F48 a folder that a page takes for a file is refused before any request, and a file beside it arrives', async ({
  page,
  context,
  site,
  folder,
}) => {
  const full = join(folder, 'holiday')
  const empty = join(folder, 'empty')
  await Promise.all([mkdir(empty), makeFile(full, 'inside.bin', 1000)])
  const file = await makeFile(folder, 'film.mp4', 100_000)
  await page.goto('/harness.html')
  const devTools = await context.newCDPSession(page)
  const data = { items: [], files: [full, empty, file.path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devTools.send('Input.dispatchDragEvent', { type, x: 100, y: 100, data })
  await untilVerified(uploadRow(page, file), file, site.server)
  for (const name of ['holiday', 'empty']) {
    await untilStatus(uploadRow(page, { name }), 'failed')
    await expect(uploadRow(page, { name })).toHaveAttribute('data-error', 'is-directory')
  }
  expect(site.network.log.map(({ method }) => method)).toEqual(['PUT', 'POST'])
})
