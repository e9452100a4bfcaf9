import { candidates, type CandidateName } from '../candidates.ts'
import type { Measurement } from '../measurement.ts'
import { median, ratio } from '../statistics.ts'
import { digits, table } from '../table.ts'
import { uploadOnce, type Upload } from '../upload-once.ts'

/** What must be reached: how many times the one's speed the other's is. */
const aims: readonly { readonly ours: CandidateName; readonly theirs: CandidateName; readonly atLeast: number }[] = [
  { ours: 'strict', theirs: 'tus-8', atLeast: 1.25 },
  { ours: 'strict', theirs: 'tus', atLeast: 1 },
  { ours: 'relaxed', theirs: 'raw', atLeast: 0.75 },
]

/** How fast a file comes from a page onto a disk: every candidate in turn, round after round. */
export const throughput: Measurement = async (bench) => {
  const { rounds, candidates: names } = bench.options
  const { size } = bench.file
  const servers = new Map(
    await Promise.all(
      [...new Set(names.map((name) => candidates[name].server))].map(
        async (kind) => [kind, await bench.start(kind)] as const,
      ),
    ),
  )
  const uploads = new Map<CandidateName, Upload[]>(names.map((name) => [name, []]))
  // The round before the first: nobody pays for what is compiled or cached for the first time.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, done] of uploads) {
      const candidate = candidates[name]
      const server = servers.get(candidate.server)
      if (!server) throw new Error(`Cannot upload: there is no server "${candidate.server}"`)
      const upload = await uploadOnce(bench, candidate, server)
      const { ms, requests, browserCpuSeconds, serverCpuSeconds, others } = upload
      const speed = `${digits(speedOf(size)(upload))} MB/s in ${requests.length} requests`
      const cpu = `CPU ${digits(browserCpuSeconds, 2)} + ${digits(serverCpuSeconds, 2)} s, others ${digits(others * 100)} %`
      bench.say(`  ${round === 0 ? 'warm-up' : `round ${round}`}  ${name.padEnd(8)} ${digits(ms)} ms, ${speed}, ${cpu}`)
      if (round > 0) done.push(upload)
    }
  }

  const speeds = new Map([...uploads].map(([name, done]) => [name, done.map(speedOf(size))]))
  const per = (name: CandidateName, other: CandidateName): string => {
    const theirs = speeds.get(other)
    return theirs ? digits(ratio(speeds.get(name) ?? [], theirs), 2) : ''
  }
  const rows = [...uploads].map(([name, done]) => {
    const mine = speeds.get(name) ?? []
    const cpu = (seconds: (upload: Upload) => number): string =>
      digits((median(done.map(seconds)) * 1024 ** 3) / size, 2)
    return [
      candidates[name].title,
      digits(median(mine)),
      `${digits(Math.min(...mine))}–${digits(Math.max(...mine))}`,
      ...[per(name, 'raw'), per(name, 'tus-8'), per(name, 'tus')],
      cpu(({ browserCpuSeconds }) => browserCpuSeconds),
      cpu(({ serverCpuSeconds }) => serverCpuSeconds),
    ]
  })
  const head = ['', 'MB/s', 'from–to', '÷ raw', '÷ tus 8 MiB', '÷ tus', 'CPU s/GiB browser', 'CPU s/GiB server']
  const reached = aims
    .filter(({ ours, theirs }) => speeds.has(ours) && speeds.has(theirs))
    .map(({ ours, theirs, atLeast }) => {
      const is = ratio(speeds.get(ours) ?? [], speeds.get(theirs) ?? [])
      const word = is >= atLeast ? 'reached' : 'not reached'
      return `- \`${ours}\` against \`${theirs}\`: ${digits(is, 2)}, aim ${digits(atLeast, 2)}: ${word}`
    })
  const all = [...uploads.values()].flat()
  const noise = `Something else took ${digits(median(all.map(({ others }) => others)) * 100)} % of the cores meanwhile.`
  return {
    figures: Object.fromEntries([...uploads].map(([name, done]) => [name, done])),
    charts: [
      {
        name: 'throughput',
        title: `MB/s from a page onto the disk, ${digits(size / 1024 ** 2)} MiB`,
        digits: 0,
        bars: [...speeds].map(([name, mine]) => ({
          label: candidates[name].title.replace(/:.*/, ''),
          value: median(mine),
          isOurs: candidates[name].client === 'chunkwise',
        })),
      },
    ],
    summary: [table(head, rows), reached.join('\n'), noise].filter(Boolean).join('\n\n'),
  }
}

// Megabytes of a million bytes per second.
const speedOf =
  (size: number) =>
  ({ ms }: Upload): number =>
    size / 1000 / ms
