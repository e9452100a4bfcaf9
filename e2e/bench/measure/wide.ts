import { resolve } from 'node:path'
import { candidates, type CandidateName } from '../candidates.ts'
import { readCoreTime } from '../core-time.ts'
import type { Measurement } from '../measurement.ts'
import { openSlowLink } from '../slow-link.ts'
import { makeSourceFile } from '../source-file.ts'
import { median, ratio } from '../statistics.ts'
import { digits, table } from '../table.ts'
import { uploadOnce, type Upload } from '../upload-once.ts'

/** An upload over the link. */
interface Trip extends Upload {
  /** The share of all cores that was busy meanwhile, from 0 to 1. */
  readonly busy: number
}

const megabits = 400
const roundTripMs = 2
const rate = megabits * 125_000
const seconds = 16
const names: readonly CandidateName[] = ['raw', 'relaxed', 'strict']
const aim = 0.9

/** How close to a raw upload ours comes where the link is the limit, and not the cores that browser and server share here. */
export const wide: Measurement = async (bench) => {
  const size = Math.min(rate * seconds, bench.file.size)
  const file = await makeSourceFile(resolve(bench.options.dir), size)
  const trips = new Map<CandidateName, Trip[]>(names.map((name) => [name, []]))
  const servers = new Map(
    await Promise.all(names.map(async (name) => [name, await bench.start(candidates[name].server)] as const)),
  )
  for (let round = 0; round <= bench.options.rounds; round += 1)
    for (const [name, server] of servers) {
      const way = await openSlowLink(Number(new URL(server.url).port), { roundTripMs, rate })
      try {
        let busy = NaN
        const upload = await uploadOnce(
          bench,
          candidates[name],
          { ...server, url: way.url },
          async (_visit, send) => {
            const before = readCoreTime()
            const sent = await send()
            const after = readCoreTime()
            busy = (after.busy - before.busy) / (after.all - before.all)
            return sent
          },
          file,
        )
        bench.say(`  ${round === 0 ? 'warm-up' : `round ${round}`}  ${name.padEnd(8)} ${inWords(upload, size, busy)}`)
        if (round > 0) trips.get(name)?.push({ ...upload, busy })
      } finally {
        await way.close()
      }
    }

  const speeds = (name: CandidateName): readonly number[] => (trips.get(name) ?? []).map(({ ms }) => 1 / ms)
  const rows = names.map((name) => {
    const done = trips.get(name) ?? []
    return [
      candidates[name].title,
      digits(median(done.map(({ ms }) => ms)) / 1000, 1),
      digits(median(done.map(({ ms }) => size / (ms / 1000) / rate)), 3),
      digits(ratio(speeds(name), speeds('raw')), 3),
      digits(median(done.map(({ busy }) => busy)) * 100),
    ]
  })
  const is = ratio(speeds('relaxed'), speeds('raw'))
  return {
    figures: Object.fromEntries(trips),
    summary: [
      `${megabits} Mbit/s, ${roundTripMs} ms, ${digits(size / 1e6)} MB:`,
      table(['', 's', 'share of the rate', '÷ raw', 'cores busy, %'], rows),
      `- \`relaxed\` against \`raw\`: ${digits(is, 2)}, aim ${digits(aim, 2)}: ${is >= aim ? 'reached' : 'not reached'}`,
    ].join('\n\n'),
  }
}

const inWords = ({ ms }: Upload, size: number, busy: number): string =>
  `${digits(ms)} ms, ${digits(size / (ms / 1000) / rate, 3)} of the rate, cores busy ${digits(busy * 100)} %`
