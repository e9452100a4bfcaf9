import { chunks, uploadsIn } from '../../support/request-log.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { expect, MiB, tusOnly, tusScenario } from '../scenario.ts'
import { nothingBreaksOff } from '../world.ts'
import type { TusPeerName } from '../tus-peers.ts'

const draft = 'tusd 2.10.0, draft'
const django = 'django-tus 0.5.0'
const carefully = 'the draft is spoken carefully: created without bytes'
const noDraft = { [draft]: carefully, 'ours, draft': carefully }

tusScenario(
  'creation that brings the first chunk',
  { ...noDraft, [django]: 'it drops bytes that come with a creation' },
  async ({ world, page, newFile }) => {
    const file = await newFile(MiB / 2)
    await world.open(page, { own: { creationWithUpload: true } })
    await untilWhole(await beginUpload(page, file), file, world)
    expect(world.network.log.map(({ method }) => method)).toEqual(['POST'])
  },
)

const override = 'the draft has no such thing'

tusScenario(
  'POST with X-HTTP-Method-Override for PATCH',
  { [draft]: override, 'ours, draft': override, '@tus/server 2.4.5': 'it does not know the header' },
  async ({ world, page, newFile }) => {
    const file = await newFile(2 * MiB)
    await world.open(page, { own: { methodOverride: true } })
    await untilWhole(await beginUpload(page, file), file, world)
    expect(chunks(world.network.log).map(({ method }) => method)).toEqual(['POST', 'POST'])
  },
)

tusScenario('a file without bytes', { [django]: 'it never finishes one' }, async ({ world, page, newFile }) => {
  const file = await newFile(0)
  await world.open(page)
  await untilWhole(await beginUpload(page, file), file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

const spoken: Readonly<Record<TusPeerName, unknown>> = {
  'tusd 2.10.0': { protocol: 'tus', options: { creationWithUpload: true } },
  // Without a version that it is told, it speaks tus.
  'tusd 2.10.0, draft': { protocol: 'tus', options: { creationWithUpload: true } },
  '@tus/server 2.4.5': { protocol: 'tus', options: { creationWithUpload: true } },
  'django-tus 0.5.0': { protocol: 'django-tus' },
  'ours, tus': { protocol: 'tus', options: { creationWithUpload: true } },
  'ours, draft': { protocol: 'ietf' },
}

tusScenario('the protocol is found out', {}, async ({ world, page, newFile }) => {
  const file = await newFile(2 * MiB)
  await world.open(page, { protocol: ['auto', {}] })
  const found: unknown = await page.evaluate("Chunkwise.detect('/api/uploads/')")
  expect(found).toEqual(Object.entries(spoken).find(([name]) => name === world.peer.name)?.[1])
  await untilWhole(await beginUpload(page, file), file, world)
  // The answer to a chunk says where the server stands: nobody asks in between.
  const { log } = world.network
  expect(log.slice(log.findIndex(({ range }) => range)).filter(({ range }) => !range)).toEqual([])
})

const name = 'it must be told first to let Content-Disposition come from other origins'

tusScenario('page of another origin', { [draft]: name }, async ({ world, page, newFile }) => {
  const file = await newFile(3 * MiB)
  await world.open(page, { ...nothingBreaksOff(world), elsewhere: true, endpoint: `${world.origin}/api/uploads/` })
  world.network.loseAnswerTo('PATCH')
  await untilWhole(await beginUpload(page, file), file, world)
  expect(world.network.log.map(({ method }) => method)).toContain('OPTIONS')
  expect(uploadsIn(world.network.log)).toBe(1)
})

tusScenario(
  'the older versions of the draft',
  tusOnly([draft], 'versions are of no matter there'),
  async ({ world, page, newFile }) => {
    for (const interop of [4, 5]) {
      const file = await newFile(interop * (MiB / 2))
      await world.open(page, { own: { interop } })
      await untilWhole(await beginUpload(page, file), file, world)
    }
  },
)
