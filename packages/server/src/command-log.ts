import { prefixOf, type Observe } from './events.ts'
import { logLine, toLine } from './log-line.ts'
import type { OnError } from './options.ts'

/** How much is written down: nothing, everything but secrets and personal data, or those too. */
export type LogLevel = 'none' | 'info' | 'debug'

/** The command's log, as lines of JSON. */
export interface CommandLog {
  readonly observe: Observe
  readonly onError: OnError
  /** Writes down what happens to the server itself. */
  readonly say: (event: string, facts?: object) => void
}

const uuids = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g

/** @param now in milliseconds since 1970 */
export function commandLog(
  print: (line: string) => void,
  level: 'info' | 'debug',
  now: () => number = Date.now,
): CommandLog {
  const details = level === 'debug'
  // Messages of the system name paths, and paths are made of ids.
  const redact = (text: string | undefined): string | undefined =>
    details ? text : text?.replaceAll(uuids, (id) => `${prefixOf(id)}…`)
  const say: CommandLog['say'] = (event, facts = {}) =>
    print(toLine({ time: new Date(now()).toISOString(), kind: 'server', event, ...facts }))

  return {
    observe: (event) => print(logLine(event, now(), { details })),
    say,
    onError(error, _request, requestId) {
      const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
      say('error', { requestId, message: redact(message), stack: redact(stack) })
    },
  }
}
