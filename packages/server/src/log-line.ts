import type { ServerEvent } from './events.ts'

/** What of an event is written down. */
export interface LogOptions {
  /** Also whole ids, which are secrets, paths, names of files and addresses: personal data. Default: no. */
  readonly details?: boolean
}

/** Characters that JSON lets through and a terminal or a reader of logs might obey: controls, line ends, changes of direction. */
const unruly = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/**
 * An event as one line of JSON, for logs (S36): no secrets and no names unless asked for, nothing that a reader would obey.
 *
 * @param time in milliseconds since 1970
 * @example
 * createUploadHandler({ store, observe: (event) => console.log(logLine(event, Date.now())) })
 */
export function logLine(event: ServerEvent, time: number, { details = false }: LogOptions = {}): string {
  const { details: secrets, ...rest } = event
  return toLine({ time: new Date(time).toISOString(), ...rest, ...(details ? secrets : {}) })
}

/** JSON in one line, without characters that a terminal would obey. */
export function toLine(value: object): string {
  return JSON.stringify(value).replaceAll(
    unruly,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
