// The process that sends uploads to a server. It ends with the process that started it.
import { sendLoad } from './load.ts'
import type { FromGenerator, ToGenerator } from './messages.ts'

const tell = (message: FromGenerator): void => void process.send?.(message)

process.on('message', (load: ToGenerator) => {
  sendLoad(load).then(
    (outcome) => tell({ outcome }),
    (error: unknown) => tell({ failure: String(error) }),
  )
})
process.once('disconnect', () => process.exit())
