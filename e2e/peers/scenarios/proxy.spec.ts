import { chunks, uploadsIn } from '../../support/request-log.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { expect, MiB, only, scenario } from '../scenario.ts'

const nginx = 'drf-chunked-upload 0.6.0, nginx, TLS'
const noProxy = only([nginx], 'there is no proxy in front')

scenario('413 of the proxy: chunks find the limit and keep to it', noProxy, async ({ world, page, newFile }) => {
  const refused: number[] = []
  page.on('response', (response) => {
    if (response.status() === 413) refused.push(response.status())
  })
  await world.open(page, { chunkSize: 4 * MiB })
  const first = await newFile(6 * MiB)
  await untilWhole(await beginUpload(page, first), first, world)
  // 4, 2 and 1 MiB: the form around the bytes takes the last one over the limit.
  expect(refused).toHaveLength(3)
  const second = await newFile(5 * MiB)
  await untilWhole(await beginUpload(page, second), second, world)
  expect(refused).toHaveLength(3)
  expect(uploadsIn(world.network.log)).toBe(2)
})

scenario('finish slower than the proxy waits', noProxy, async ({ world, page, newFile }) => {
  const file = await newFile(2 * MiB)
  await world.open(page, { mount: 'slowfinish' })
  const tooLate = page.waitForResponse((response) => response.status() === 504)
  const row = await beginUpload(page, file)
  await tooLate
  await untilWhole(row, file, world)
  expect(world.network.log.filter(({ method }) => method === 'POST')).toHaveLength(1)
})

scenario('url that says http behind TLS', noProxy, async ({ world, page, newFile }) => {
  const file = await newFile(3 * MiB)
  await world.open(page, { mount: 'untold' })
  const created = page.waitForResponse((response) => response.request().method() === 'PUT')
  const row = await beginUpload(page, file)
  expect(await (await created).json()).toMatchObject({ url: expect.stringMatching(/^http:/) })
  await untilWhole(row, file, world)
  expect(chunks(world.network.log).length).toBeGreaterThan(2)
})
