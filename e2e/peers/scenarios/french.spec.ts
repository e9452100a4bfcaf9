import { untilHeld } from '../../support/upload-page.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { asksNobody, expect, MiB, scenario, sessionsOnly, test } from '../scenario.ts'
import { tokenOf } from '../sign-in.ts'

test.use({ locale: 'fr-FR' })

scenario('error texts in French', { ...asksNobody, ...sessionsOnly }, async ({ world, page, newFile }) => {
  const file = await newFile(3 * MiB)
  const token = await tokenOf(world, 'a')
  await page.exposeFunction('renewToken', () => tokenOf(world, 'c'))
  await world.open(page, { mount: 'private', token })
  const refused = page.waitForResponse((response) => response.status() === 401)
  const hold = world.network.holdAt(1.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  await tokenOf(world, 'd')
  hold.release()
  expect(await (await refused).json()).toEqual({ detail: 'Token non valide.' })
  await untilWhole(row, file, world)
})
