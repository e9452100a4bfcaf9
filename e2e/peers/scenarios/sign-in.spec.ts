import { bytesSentAgain, uploadsIn } from '../../support/request-log.ts'
import { button, untilHeld, untilStatus } from '../../support/upload-page.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { asksNobody, expect, MiB, scenario, sessionsOnly } from '../scenario.ts'
import { alice, csrfToken, signIn, signOut, tokenOf } from '../sign-in.ts'

const size = 4 * MiB

scenario('token', { ...asksNobody, ...sessionsOnly }, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  const token = await tokenOf(world, 'a')
  await world.open(page, { mount: 'private', token })
  await untilWhole(await beginUpload(page, file), file, world)
})

scenario('basic authentication', { ...asksNobody, ...sessionsOnly }, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page, { mount: 'basic', token: `Basic ${btoa(`${alice}:${alice}${alice}`)}` })
  await untilWhole(await beginUpload(page, file), file, world)
})

scenario('token renewed in mid-upload', { ...asksNobody, ...sessionsOnly }, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  const token = await tokenOf(world, 'a')
  await page.exposeFunction('renewToken', () => tokenOf(world, 'c'))
  await world.open(page, { mount: 'private', token })
  const hold = world.network.holdAt(2.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  await tokenOf(world, 'd')
  hold.release()
  await untilWhole(row, file, world)
  expect(world.network.log.map(({ status }) => status)).toContain(401)
  expect(bytesSentAgain(world.network.log)).toBe(0)
  expect(uploadsIn(world.network.log)).toBe(1)
})

scenario('session with CSRF token', asksNobody, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await signIn(world, page)
  await world.open(page, { mount: world.peer.protocol === 'drfChunkedUpload' ? 'session' : 'mine' })
  await untilWhole(await beginUpload(page, file), file, world)
})

scenario('CSRF token rotated in mid-upload', asksNobody, async ({ world, page, context, newFile }) => {
  const file = await newFile(size)
  await signIn(world, page)
  const before = await csrfToken(context)
  await world.open(page, { mount: world.peer.protocol === 'drfChunkedUpload' ? 'session' : 'mine' })
  const hold = world.network.holdAt(2.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  await signIn(world, await context.newPage())
  expect(await csrfToken(context)).not.toBe(before)
  hold.release()
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

scenario('signed out in mid-upload, and in again', asksNobody, async ({ world, page, context, newFile }) => {
  const file = await newFile(size)
  await signIn(world, page)
  await world.open(page, { mount: world.peer.protocol === 'drfChunkedUpload' ? 'hidden' : 'mine' })
  const hold = world.network.holdAt(2.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  await signOut(context)
  hold.release()
  await untilStatus(row, 'paused')
  await expect(row).toHaveAttribute('data-reason', 'auth')
  await signIn(world, await context.newPage())
  await button(row, 'Resume').click()
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

scenario(
  'page of another origin',
  {
    'm3hrdadfi fork (double)': 'left to the project',
    'django-chunked-uploads (double)': 'its cookie would have to go to another site',
    'django-chunked-upload 2.0': 'its sessions stay on their origin',
  },
  async ({ world, page, newFile }) => {
    const file = await newFile(size)
    const token = await tokenOf(world, 'a')
    await world.open(page, { mount: 'private', token, elsewhere: true, endpoint: `${world.origin}/api/private/` })
    const row = await beginUpload(page, file)
    await untilWhole(row, file, world)
    expect(world.network.log.map(({ method }) => method)).toContain('OPTIONS')
  },
)
