import { makeFile, MiB } from '../../support/files.ts'
import { expect, test } from '../../support/fixtures.ts'
import { untilStatus, uploadRow } from '../../support/upload-page.ts'

// What Chromium itself says of the priority of each request that carries bytes, in the order in which they went out.
for (const [priority, expected, most] of [
  ['normal', 'High', Infinity],
  ['background', 'Low', MiB],
] as const)
  test(`with the priority "${priority}" chunks go out with the browser's priority "${expected}"`, async ({
    page,
    site,
    folder,
  }) => {
    const file = await makeFile(folder, 'film.mp4', 9 * MiB + 5)
    const session = await page.context().newCDPSession(page)
    await session.send('Network.enable')
    const seen: string[] = []
    session.on('Network.requestWillBeSent', ({ request: { method, initialPriority } }) => {
      if (method === 'PUT') seen.push(initialPriority)
    })
    await page.goto(`/harness.html?${new URLSearchParams({ options: JSON.stringify({ priority }) })}`)
    await page.getByLabel('Choose files').setInputFiles(file.path)
    await untilStatus(uploadRow(page, file), 'completed')
    expect(await site.server.md5(file.name)).toBe(file.md5)
    expect(new Set(seen)).toEqual(new Set([expected]))
    expect(seen.length).toBeGreaterThanOrEqual(Math.floor(file.size / most))
  })
