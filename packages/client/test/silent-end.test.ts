import { expect, test, vi } from 'vitest'
import { bytesOf, C, holds, rig } from './rig.ts'

const size = 6 * C

// In a file of its own: what is learnt of a browser holds for the whole page.
test('a request that went out whole and never ends is given up, and from then on copies in memory are sent (F36)', async () => {
  const around = rig({
    script: [{ fault: 'ok' }, { fault: 'ok' }, { fault: 'delay', ms: 3_600_000, what: 'answer', on: 'append' }],
  })
  const read = vi.fn<(requests: number) => void>()
  const file = new File([bytesOf(size)], 'film.mp4')
  const slice = file.slice.bind(file)
  file.slice = (start, end, type) => {
    const part = slice(start, end, type)
    const arrayBuffer = part.arrayBuffer.bind(part)
    part.arrayBuffer = () => {
      // A chunk; samples are smaller.
      if (part.size === C) read(around.server.log.length)
      return arrayBuffer()
    }
    return part
  }
  const upload = await around.upload(file)
  expect(upload.getState()).toMatchObject({ status: 'completed', verified: true })
  expect(await holds(around.server, upload, bytesOf(size))).toBe(true)
  // The third request hangs, the fourth asks where the server stands: it has the third chunk, and three are left.
  expect(read.mock.calls).toEqual([[4], [5], [6]])
})
