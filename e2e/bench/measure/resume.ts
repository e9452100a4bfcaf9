import type { Bench } from '../bench.ts'
import { candidates } from '../candidates.ts'
import type { Measurement } from '../measurement.ts'
import type { Returned } from '../page/reload.ts'
import { bytesBelow, confirmedBy } from '../resent.ts'
import { uploadsPath } from '../server/address.ts'
import type { Exchange } from '../server/messages.ts'
import type { ServerProcess } from '../server/process.ts'
import { median } from '../statistics.ts'
import { digits, table } from '../table.ts'

const share = 0.9

interface Round extends Returned {
  /** What the server had of the file when the page was back, also by chunks whose answer the page did not live to see. */
  readonly confirmed: number
  /** Bytes below that which were sent again. */
  readonly sentAgain: number
  /** Bytes that had been confirmed to the page, and were hashed again. */
  readonly hashedAgain: number
  /** Requests after the one whose answer confirmed the last byte. */
  readonly requestsToFinish: number
  /** From the last confirmed byte to the server's word that the upload is complete and verified, in milliseconds. */
  readonly finishMs: number
}

/** What a reload in the middle of an upload costs. */
export const resume: Measurement = async (bench) => {
  let log: Exchange[] = []
  const server = await bench.start(candidates.strict.server, { onAnswered: (exchange) => void log.push(exchange) })
  const rounds: Round[] = []
  for (let number = 1; number <= bench.options.rounds; number += 1) {
    log = []
    const round = await leaveAndComeBack(bench, server, () => log)
    rounds.push(round)
    bench.say(
      `  round ${number}  left at ${round.known}, sent again ${round.sentAgain}, hashed again ${round.hashedAgain}, ` +
        `first new byte after ${round.firstByteMs === undefined ? '–' : digits(round.firstByteMs)} ms, finish in ${round.requestsToFinish} requests and ${digits(round.finishMs)} ms`,
    )
  }

  const row = (title: string, show: (round: Round) => number | undefined, aim: string): string[] => {
    const values = rounds.flatMap((round) => show(round) ?? [])
    return values.length > 0
      ? [title, digits(median(values)), digits(Math.max(...values)), aim]
      : [title, '–', '–', aim]
  }
  const rows = [
    row('confirmed bytes sent again', ({ sentAgain }) => sentAgain, '0'),
    row('confirmed bytes hashed again', ({ hashedAgain }) => hashedAgain, '0'),
    row('from choosing the file to the first new byte, ms', ({ firstByteMs }) => firstByteMs, ''),
    row('requests after the last confirmed byte', ({ requestsToFinish }) => requestsToFinish, '1'),
    row('from the last confirmed byte to verified, ms', ({ finishMs }) => finishMs, '50'),
  ]
  return { figures: rounds, summary: table(['', 'median', 'most', 'aim: at most'], rows) }
}

async function leaveAndComeBack(bench: Bench, server: ServerProcess, log: () => readonly Exchange[]): Promise<Round> {
  const visit = await bench.visit(server, 'chunkwise')
  try {
    const { page } = visit
    const left = page.waitForEvent('framenavigated', { timeout: 0 })
    const failed = page
      .evaluate((options) => window.bench.leave(options), { endpoint: uploadsPath, share })
      .catch((error: unknown) => {
        // Leaving the page ends what runs in it.
        if (!String(error).includes('context was destroyed')) throw error
        return left
      })
    await Promise.race([left, failed])
    await visit.choose()
    const confirmed = confirmedBy(log())
    const before = log().length
    const returned = await page.evaluate((endpoint) => window.bench.comeBack(endpoint), uploadsPath)
    const after = log().slice(before)
    await bench.verify(server)
    const last = after.findIndex(({ method, offset }) => method !== 'POST' && offset === bench.file.size)
    return {
      ...returned,
      confirmed,
      sentAgain: bytesBelow(confirmed, after),
      hashedAgain: Math.max(0, returned.known - returned.hashedFrom),
      requestsToFinish: after.length - 1 - last,
      finishMs: returned.verifiedMs - returned.lastByteMs,
    }
  } finally {
    await visit.close()
  }
}
