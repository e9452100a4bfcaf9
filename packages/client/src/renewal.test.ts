import { expect, test } from 'vitest'
import { UploadError } from './errors.ts'
import { createRenewal } from './renewal.ts'

const refused = new UploadError('unauthorized', 'Cannot append: the server answered 401')

test('one call for all uploads that were refused meanwhile (F14)', async () => {
  let calls = 0
  let finish = (): void => {}
  const renewal = createRenewal(() => {
    calls++
    return new Promise<void>((resolve) => (finish = resolve))
  })
  const five = Array.from({ length: 5 }, () => renewal.renew(0, refused))
  finish()
  await Promise.all(five)
  expect(calls).toBe(1)
  expect(renewal.generation).toBe(1)
})

test('who was refused with the old credentials does not renew the new ones', async () => {
  let calls = 0
  const renewal = createRenewal(async () => void calls++)
  await renewal.renew(0, refused)
  await renewal.renew(0, refused)
  expect(calls).toBe(1)
  await renewal.renew(1, refused)
  expect(calls).toBe(2)
})

test('the refusal of the server is what is told if there is nothing to renew, or it fails', async () => {
  await expect(createRenewal(undefined).renew(0, refused)).rejects.toBe(refused)
  await expect(createRenewal(async () => false).renew(0, refused)).rejects.toBe(refused)
  await expect(createRenewal(() => Promise.reject(new Error('signed out'))).renew(0, refused)).rejects.toBe(refused)
})
