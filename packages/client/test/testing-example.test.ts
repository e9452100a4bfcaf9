import { createUploader, UploadError } from '@chunkwise/client'
import { createFakeClock, createFaultServer } from '@chunkwise/testing'
import { expect, test } from 'vitest'

test('an upload outlives a lost answer and a busy server', async () => {
  const clock = createFakeClock()
  const server = createFaultServer({ clock, script: ['lost', 503] })
  const uploader = createUploader({
    endpoint: server.endpoint,
    transport: server.transport(UploadError),
    store: false,
    clock,
  })

  const upload = uploader.add(new File(['a file of some kind'], 'some.txt'))
  const { url, verified } = await clock.run(upload.finished)

  expect(verified).toBe(true)
  expect(new TextDecoder().decode(await server.bytes(url ?? ''))).toBe('a file of some kind')
  expect(server.story()).toEqual(['create 0-18/19 lost', 'create 0-18/19 503', 'create 0-18/19', 'complete'])
})
