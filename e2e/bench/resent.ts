import type { Exchange } from './server/messages.ts'

/** The highest offset that answers to chunks have confirmed, in bytes. */
export const confirmedBy = (log: readonly Exchange[]): number =>
  Math.max(0, ...log.map(({ chunk, status, offset }) => (chunk && status < 300 && offset !== undefined ? offset : 0)))

/** How many bytes below an offset later requests have sent all the same. */
export const bytesBelow = (offset: number, log: readonly Exchange[]): number =>
  log.reduce((sum, { chunk }) => (chunk ? sum + Math.max(0, Math.min(chunk.end, offset) - chunk.start) : sum), 0)
