import { chunks, uploadsIn } from '../../support/request-log.ts'
import { button, untilHeld, untilStatus } from '../../support/upload-page.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { expect, MiB, tusOnly, tusScenario } from '../scenario.ts'
import { nothingBreaksOff } from '../world.ts'

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
    // Django answers before it has read the body, so that the first answer may be lost with the connection.
    const [first, ...more] = sizesIn(world.network.log)
    expect(first).toBe(2 * MiB)
    expect(more).toContain(MiB)
    expect(more.filter((size) => size > MiB).length).toBeLessThan(2)
    expect(uploadsIn(world.network.log)).toBe(1)
  },
  { PEER_BODY: String(1.5 * MiB) },
)

tusScenario('addresses that end in a slash', onlyDjango, async ({ world, page, newFile }) => {
  const file = await newFile(3 * MiB)
  await world.open(page, { mount: 'slashed' })
  await untilWhole(await beginUpload(page, file), file, world)
  expect(chunks(world.network.log).every(({ path }) => path.endsWith('/'))).toBe(true)
  expect(uploadsIn(world.network.log)).toBe(1)
})

// Such a chunk counts as whole there, with a hole where its end should be: going on would lose bytes without a word.
tusScenario(
  'a chunk that broke off has spoilt the upload: begun anew',
  onlyDjango,
  async ({ world, page, newFile }) => {
    const file = await newFile(6 * MiB)
    await world.open(page)
    const hold = world.network.holdAt(3.5 * MiB)
    const row = await beginUpload(page, file)
    await untilHeld(hold)
    await button(row, 'Pause').click()
    await untilStatus(row, 'paused')
    hold.release()
    world.network.cutAt(4.5 * MiB)
    await button(row, 'Resume').click()
    await untilWhole(row, file, world)
    expect(uploadsIn(world.network.log)).toBe(3)
  },
)

tusScenario(
  'what is there is believed where whole requests are handed on',
  onlyDjango,
  async ({ world, page, newFile }) => {
    const file = await newFile(6 * MiB)
    await world.open(page, nothingBreaksOff(world))
    const hold = world.network.holdAt(3.5 * MiB)
    const row = await beginUpload(page, file)
    await untilHeld(hold)
    world.network.loseNextAnswer()
    hold.release()
    await untilWhole(row, file, world)
    expect(uploadsIn(world.network.log)).toBe(1)
  },
)
