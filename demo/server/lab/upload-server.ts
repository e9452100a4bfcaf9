import { createUploadHandler } from '@chunkwise/server'
import { diskStore, startServer } from '@chunkwise/server/node'

import { labEndpoint } from '../../src/lab/state.ts'

// A process of its own, so that it can really be killed: `server-process.ts` starts it, and speaks to it over its channel.

const [dir] = process.argv.slice(2)
if (dir === undefined) throw new Error('Expected a folder for uploads')

const store = diskStore({ dir })
const { port } = await startServer({ handler: createUploadHandler({ store, path: labEndpoint }), port: 0 })

process.on('message', (id: string) => {
  void forget(id).finally(() => process.send?.({ forgotten: id }))
})
// Ctrl-C is meant for who started this, and ends it by the next line.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
process.send?.({ port })

async function forget(id: string): Promise<void> {
  const record = await store.read(id)
  if (record) await store.remove(record)
}
