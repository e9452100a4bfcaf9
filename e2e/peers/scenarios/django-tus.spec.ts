import { chunks, uploadsIn } from '../../support/request-log.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { expect, MiB, tusOnly, tusScenario } from '../scenario.ts'

const onlyDjango = tusOnly(['django-tus 0.5.0'], 'it is no Django')
const sizesIn = (log: Parameters<typeof chunks>[0]): number[] =>
  chunks(log).map(({ range }) => (range ? range.end + 1 - range.start : 0))

tusScenario('chunks keep to the memory limit of Django', onlyDjango, async ({ world, page, newFile }) => {
  const file = await newFile(6 * MiB)
  await world.open(page, { chunkSize: 5 * MiB })
  await untilWhole(await beginUpload(page, file), file, world)
  expect(sizesIn(world.network.log)).toEqual([2.5 * MiB, 2.5 * MiB, MiB])
})

tusScenario(
  'bare 400 of a lower limit: chunks are halved',
  onlyDjango,
  async ({ world, page, newFile }) => {
    const file = await newFile(3 * MiB)
    await world.open(page, { chunkSize: 2 * MiB })
    await untilWhole(await beginUpload(page, file), file, world)
    expect(sizesIn(world.network.log).slice(0, 2)).toEqual([2 * MiB, MiB])
    expect(uploadsIn(world.network.log)).toBe(1)
  },
  { PEER_BODY: String(1.5 * MiB) },
)

tusScenario('addresses that end in a slash', onlyDjango, async ({ world, page, newFile }) => {
  const file = await newFile(3 * MiB)
  await world.open(page, { mount: 'slashed' })
  world.network.loseAnswerTo('PATCH')
  await untilWhole(await beginUpload(page, file), file, world)
  expect(chunks(world.network.log).every(({ path }) => path.endsWith('/'))).toBe(true)
  expect(uploadsIn(world.network.log)).toBe(1)
})
