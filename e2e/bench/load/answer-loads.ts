import type { Load, LoadOutcome } from './load.ts'
import type { FromGenerator, ToGenerator } from './messages.ts'

const tell = (message: FromGenerator): void => void process.send?.(message)

/** Sends what the process that started this one asks for, and ends with it. */
export function answerLoads(send: (load: Load) => Promise<LoadOutcome>): void {
  process.on('message', (load: ToGenerator) => {
    send(load).then(
      (outcome) => tell({ outcome }),
      (error: unknown) => tell({ failure: String(error) }),
    )
  })
  process.once('disconnect', () => process.exit())
}
