import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createUploader, memoryStore } from '@chunkwise/client'
import { expect, test } from 'vitest'

test('F29 where nobody listens, the upload waits and says who cannot be reached', async () => {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  // A server that listens on a port has an address of this form.
  const { port } = listener.address() as AddressInfo
  listener.close()
  await once(listener, 'close')

  const uploader = createUploader({ endpoint: `http://127.0.0.1:${port}/api/uploads/`, store: memoryStore() })
  const upload = uploader.add(new File(['abc'], 'a.txt'))
  const error = await new Promise((resolve) =>
    upload.subscribe((state) => state.status === 'waiting' && resolve(state.error)),
  )
  await upload.cancel()
  expect(error).toMatchObject({ code: 'network', message: expect.stringContaining(`127.0.0.1:${port}`) })
})
