import { resolve } from 'node:path'
import type { Bench } from '../bench.ts'
import { candidates, type Candidate, type ServerKind } from '../candidates.ts'
import type { Chart } from '../chart.ts'
import type { LinkSettings } from '../lane.ts'
import type { Measurement } from '../measurement.ts'
import { openSlowLink } from '../slow-link.ts'
import { makeSourceFile, type SourceFile } from '../source-file.ts'
import { median } from '../statistics.ts'
import { verifyAndRemove } from '../stored-file.ts'
import type { ServerProcess } from '../server/process.ts'
import { digits, inMiB, table } from '../table.ts'
import { sendIn } from '../upload-once.ts'

/** A link, and what goes over it. */
interface Link extends LinkSettings {
  readonly title: string
  /** Bytes of the file: what the link carries in the time that an upload is to last. */
  readonly size: number
  /** All its connections are reset so often. */
  readonly dropEveryMs?: number
  readonly isAimed: boolean
  readonly rounds: number
  readonly senders: readonly Candidate[]
}

/** What one upload made of a link. */
interface Trip {
  /** From the page's first step to its client's word that it is finished. */
  readonly ms: number
  /** The share of the link's rate that was made use of from the first byte sent to the last one confirmed. */
  readonly share: number
  /** Bytes that went into the link beyond those of the file: headers, and what was sent twice. */
  readonly again: number
  readonly cuts: number
  readonly chunks: number
  /** Bytes of the largest chunk. */
  readonly largest: number
}

const megabit = 125_000
const steadySeconds = 16
// Three cuts fall into it.
const droppingSeconds = 64
const dropEveryMs = 20_000
const shareAim = 0.95
const againAim = 0.01
const chunkAim = 0.5

const fixed = (MiB: number): Candidate => ({
  ...candidates.strict,
  title: `Chunkwise, ${MiB} MiB`,
  chunkSize: MiB * 1024 ** 2,
})
const ours: Candidate = { ...candidates.strict, title: 'Chunkwise, self-sizing' }
// Here the server keeps what has come of a chunk that was cut.
const keeping: readonly Candidate[] = [
  { ...candidates['strict-tus'], title: 'Chunkwise by tus, self-sizing' },
  { ...candidates['strict-ietf'], title: 'Chunkwise by the draft, self-sizing' },
]
const hasAim = (sender: Candidate): boolean => sender === ours || keeping.includes(sender)
// What the link gives at most. It knows no second try, so not over one that breaks.
const raw: Candidate = { ...candidates.raw, title: 'one raw PUT' }
const senders: readonly Candidate[] = [
  ...[ours, fixed(1), fixed(8), fixed(64)],
  { ...candidates['tus-8'], title: 'tus-js-client, 8 MiB' },
]

/** How much of a link an upload makes use of, and what it sends twice over one that breaks. */
export const links: Measurement = async (bench) => {
  const servers = new Map<ServerKind, ServerProcess>()
  for (const kind of ['raw', 'strict', 'tus'] as const) servers.set(kind, await bench.start(kind))
  const found: Found[] = []
  for (const link of linksFor(bench.options.rounds, bench.file.size)) {
    const file = await makeSourceFile(resolve(bench.options.dir), link.size)
    bench.say(`  ${link.title}, ${digits(link.size / 1e6)} MB`)
    const trips = new Map(link.senders.map((sender): [Candidate, Trip[]] => [sender, []]))
    for (let round = 1; round <= link.rounds; round += 1)
      for (const [sender, done] of trips) {
        const server = servers.get(sender.server)
        if (!server) throw new Error(`Cannot upload: there is no server "${sender.server}"`)
        const trip = await travel(bench, link, sender, server, file)
        bench.say(`    ${sender.title.padEnd(36)} ${inWords(trip)}`)
        done.push(trip)
      }
    for (const [sender, done] of trips) found.push({ link, sender, trips: done })
  }
  const isSteady = ({ link }: Found): boolean => link.dropEveryMs === undefined
  const steady = found.filter(isSteady)
  const dropping = found.filter((each) => !isSteady(each))
  return {
    figures: found.map(({ link: { title, size }, sender, trips }) => ({
      link: title,
      size,
      sender: sender.title,
      trips,
    })),
    charts: [chartOf(steady.filter(({ link }) => link.isAimed))],
    summary: [sharesIn(steady), resentIn(dropping)].join('\n\n'),
  }
}

interface Found {
  readonly link: Link
  readonly sender: Candidate
  readonly trips: readonly Trip[]
}

// Files no larger than the one of the run, so that a small run is small.
function linksFor(rounds: number, largest: number): readonly Link[] {
  const link = (roundTripMs: number, megabits: number, seconds: number) => {
    const rate = megabits * megabit
    return {
      title: `${roundTripMs} ms, ${megabits} Mbit/s`,
      roundTripMs,
      rate,
      size: Math.min(rate * seconds, largest),
    }
  }
  const steady = [20, 100, 300].flatMap((roundTripMs) =>
    [10, 100].map((megabits): Link => {
      // The link is what limits an upload, and it is no noisier than a clock: medians are for what has an aim.
      const isAimed = roundTripMs === 100 && megabits === 100
      return {
        ...link(roundTripMs, megabits, steadySeconds),
        isAimed,
        rounds: isAimed ? rounds : 1,
        senders: [raw, ...senders, ...(isAimed ? keeping : [])],
      }
    }),
  )
  const cut = link(100, 100, droppingSeconds)
  const title = `${cut.title}, cut every ${dropEveryMs / 1000} s`
  return [...steady, { ...cut, title, dropEveryMs, isAimed: true, rounds: 1, senders: [...senders, ...keeping] }]
}

async function travel(
  bench: Bench,
  link: Link,
  sender: Candidate,
  server: ServerProcess,
  file: SourceFile,
): Promise<Trip> {
  const way = await openSlowLink(Number(new URL(server.url).port), link)
  const visit = await bench.visit(way, sender.client, [file.path])
  const before = way.carried
  let cuts = 0
  const cut = (): void => {
    cuts += 1
    way.drop()
  }
  const timer = link.dropEveryMs === undefined ? undefined : setInterval(cut, link.dropEveryMs)
  try {
    const { ms, chunks } = await sendIn(visit, sender, server.endpoint)
    clearInterval(timer)
    const again = way.carried - before - file.size
    // Not so that the disk has done with it: no link is as fast as the slowest disk.
    await verifyAndRemove(server.dir, file)
    const sendingMs = Math.max(...chunks.map(({ ended }) => ended)) - Math.min(...chunks.map(({ began }) => began))
    const share = file.size / (sendingMs / 1000) / link.rate
    return { ms, share, again, cuts, chunks: chunks.length, largest: Math.max(...chunks.map(({ bytes }) => bytes)) }
  } finally {
    clearInterval(timer)
    await visit.close()
    await way.close()
  }
}

const inWords = ({ ms, share, again, cuts, chunks, largest }: Trip): string =>
  `${digits(ms / 1000, 1)} s, ${digits(share, 3)} of the rate, ${chunks} chunks to ${inMiB(largest)} MiB, ` +
  `${digits(again / 1e6, 2)} MB beyond the file, ${cuts} cuts`

function sharesIn(found: readonly Found[]): string {
  const titles = [...new Set(found.map(({ link }) => link.title))]
  const names = [...new Set(found.map(({ sender }) => sender.title))]
  const rows = titles.map((title) => [
    title,
    ...names.map((name) => {
      const cell = found.find(({ link, sender }) => link.title === title && sender.title === name)
      return cell ? digits(shareOf(cell), 3) : ''
    }),
  ])
  const reached = found
    .filter(({ link, sender }) => link.isAimed && hasAim(sender))
    .map((each) => {
      const share = shareOf(each)
      const what = `${each.sender.title}, ${each.link.title}: ${digits(share, 3)}`
      return `- ${what}, aim ${digits(shareAim, 2)}: ${word(share >= shareAim)}`
    })
  return [table(['share of the rate', ...names], rows), reached.join('\n')].join('\n\n')
}

const shareOf = ({ trips }: Found): number => median(trips.map(({ share }) => share))

function chartOf(found: readonly Found[]): Chart {
  const bars = found.map((each) => ({
    label: each.sender.title,
    value: shareOf(each),
    isOurs: each.sender.client === 'chunkwise',
  }))
  return { name: 'links', title: `Share of the link’s rate, ${found[0]?.link.title ?? ''}`, digits: 2, bars }
}

function resentIn(found: readonly Found[]): string {
  const rows = found.flatMap(({ link, sender, trips }) =>
    trips.map(({ ms, share, again, cuts, largest }) => [
      sender.title,
      digits(ms / 1000, 1),
      digits(share, 2),
      digits(cuts),
      digits(again / 1e6, 1),
      digits((again / link.size) * 100, 2),
      cuts > 0 ? digits(again / cuts / largest, 2) : '',
      aimOf(sender, again / link.size, again / cuts / largest),
    ]),
  )
  const head = ['', 's', 'share of the rate', 'cuts', 'MB beyond the file', '% of it', 'chunks per cut', 'aim']
  const [link] = found.map(({ link }) => link)
  return [`${link?.title}, ${digits((link?.size ?? NaN) / 1e6)} MB:`, table(head, rows)].join('\n\n')
}

function aimOf(sender: Candidate, ofFile: number, ofChunk: number): string {
  if (sender === ours) return `≤ ${chunkAim} chunks per cut: ${word(ofChunk <= chunkAim)}`
  return keeping.includes(sender) ? `≤ ${againAim * 100} %: ${word(ofFile <= againAim)}` : ''
}

const word = (isReached: boolean): string => (isReached ? 'reached' : 'not reached')
