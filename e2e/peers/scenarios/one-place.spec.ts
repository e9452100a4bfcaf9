import { button, chooseFiles, untilHeld, untilStatus, uploadRow } from '../../support/upload-page.ts'
import { mostAtOnce } from '../../support/request-log.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { expect, MiB, only, scenario } from '../scenario.ts'

const fork = 'm3hrdadfi fork (double)'
const iri = 'django-chunked-uploads (double)'
const onlyIri = only([iri], 'it keeps uploads apart, and a finish may be repeated')

scenario('two files at once', {}, async ({ world, page, newFile }) => {
  const files = [await newFile(3 * MiB), await newFile(2 * MiB)]
  await world.open(page)
  await chooseFiles(page, ...files)
  for (const file of files) await untilWhole(uploadRow(page, file), file, world)
  if (world.peer.name === iri) expect(mostAtOnce(world.network.log)).toBe(1)
})

scenario(
  'cancel drops what the server has',
  only([fork, iri], 'knows no DELETE: it keeps the bytes until they expire'),
  async ({ world, page, newFile }) => {
    const file = await newFile(4 * MiB)
    await world.open(page)
    const hold = world.network.holdAt(2.5 * MiB)
    const row = await beginUpload(page, file)
    await untilHeld(hold)
    await button(row, 'Cancel').click()
    hold.release()
    await untilStatus(row, 'cancelled')
    await expect.poll(() => world.network.log.find(({ method }) => method === 'DELETE')?.status).toBeLessThan(300)
  },
)

scenario(
  'the only place is taken: busy, and left as it is',
  onlyIri,
  async ({ world, page, context, newContext, newFile }) => {
    const [first, second] = [await newFile(4 * MiB), await newFile(2 * MiB)]
    await world.open(page)
    const hold = world.network.holdAt(2.5 * MiB)
    const row = await beginUpload(page, first)
    await untilHeld(hold)
    // As another program with the same session: tabs of one browser would wait for each other.
    const program = await newContext()
    await program.addCookies(await context.cookies())
    const other = await program.newPage()
    await world.open(other)
    const waiting = await beginUpload(other, second)
    await untilStatus(waiting, 'paused')
    await expect(waiting).toHaveAttribute('data-error', 'busy')
    hold.release()
    await untilWhole(row, first, world)
    expect(world.network.log.map(({ method }) => method)).not.toContain('DELETE')
    await button(waiting, 'Resume').click()
    await untilWhole(waiting, second, world)
    await program.close()
  },
)

scenario('answer to a finish lost that must not be repeated', onlyIri, async ({ world, page, newFile }) => {
  const file = await newFile(3 * MiB)
  await world.open(page)
  const hold = world.network.holdAt(2.75 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  world.network.loseAnswerTo('POST', '/done/')
  hold.release()
  await untilStatus(row, 'failed')
  await expect(row).toHaveAttribute('data-error', 'unconfirmed')
  expect(await world.running.stored(file)).toBe(1)
  expect(world.network.log.filter(({ path }) => path.includes('/done/'))).toHaveLength(1)
})

scenario('a chunk stored twice: dropped, and begun again', onlyIri, async ({ world, page, newFile }) => {
  const file = await newFile(3 * MiB)
  await world.open(page)
  world.network.sendTwiceAt(1.5 * MiB, 'in a row')
  const row = await beginUpload(page, file)
  await untilWhole(row, file, world)
  expect(world.network.log.map(({ method }) => method)).toContain('DELETE')
})
