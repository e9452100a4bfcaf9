import { parseArgs } from 'node:util'
import { candidateNames, usualCandidates, type CandidateName } from './candidates.ts'
import { loadCandidateNames, type LoadCandidateName } from './load/candidates.ts'
import { shapeNames, type ShapeName } from './load/shapes.ts'

/** The measurements, in the order they are taken. */
export const measurementNames = [
  'throughput',
  'wide',
  'links',
  'memory',
  'resume',
  'many',
  'server',
  'gateway',
  'nodes',
  'finish',
  'hashing',
  'profile',
] as const
/** One of {@link measurementNames}. */
export type MeasurementName = (typeof measurementNames)[number]

/** What a run of the benchmark is to do. */
export interface BenchOptions {
  readonly measurements: readonly MeasurementName[]
  readonly rounds: number
  /** Bytes of the file. */
  readonly size: number
  /** How many small files are sent at once. */
  readonly files: number
  readonly candidates: readonly CandidateName[]
  /** Those that the measurement `server` compares. */
  readonly servers: readonly LoadCandidateName[]
  /** What it sends them. */
  readonly loads: readonly ShapeName[]
  /** Where results and profiles go. */
  readonly out: string
  /** Where files are put: the file to upload, and what the servers store. */
  readonly dir: string
  /** Also a sparse file of 5 GiB, where it is about that. */
  readonly large: boolean
  /** Measure the packages' source instead of what was built of it. */
  readonly source: boolean
}

const defaults = { rounds: 5, size: '1GiB', files: 10_000, out: 'e2e/bench/results', dir: 'e2e/bench/.cache' }

// It explains the others' figures, and is asked for by name.
const unasked: readonly MeasurementName[] = measurementNames.filter((name) => name !== 'profile')

/** What `pnpm bench` understands. */
export const usage = `pnpm bench [${measurementNames.join('|')} …] [options]

  --rounds <count>    rounds, each with every candidate in turn (${defaults.rounds})
  --size <bytes>      size of the file, such as 64MiB (${defaults.size})
  --files <count>     small files to send at once (${defaults.files})
  --only <names>      candidates, with commas, or "all" (${usualCandidates.join(',')}):
                      ${candidateNames.join(',')}
  --servers <names>   of the measurement server: ${loadCandidateNames.join(',')}
  --loads <names>     of the same: ${shapeNames.join(',')}
  --out <folder>      for results and profiles (${defaults.out})
  --dir <folder>      for the file and what servers store, on the disk to measure (${defaults.dir})
  --large             finish also with a sparse file of 5 GiB, memory with that alone
  --source            measure the packages' source instead of what was built

Without a name: ${unasked.join(', ')}. A run of at least ${defaults.rounds} rounds, ${defaults.size} and ${defaults.files} files is written into docs/benchmarks.md.`

/** Whether a run is large enough for its figures to be published. */
export const publishable = ({ rounds, size, files }: BenchOptions): boolean =>
  rounds >= defaults.rounds && size >= readSize(defaults.size) && files >= defaults.files

/**
 * Reads the arguments of `pnpm bench`; `undefined` when only help is wanted.
 *
 * @throws SyntaxError that names the argument and what is allowed.
 * @example
 * readArguments(['throughput', '--size', '64MiB'])?.size // 67108864
 */
export function readArguments(args: readonly string[]): BenchOptions | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  return {
    measurements: positionals.length > 0 ? pick('measurements', measurementNames, positionals) : unasked,
    rounds: readCount('rounds', values.rounds),
    size: readSize(values.size),
    files: readCount('files', values.files),
    candidates: readCandidates(values.only),
    servers: pickOrAll('servers', loadCandidateNames, values.servers),
    loads: pickOrAll('loads', shapeNames, values.loads),
    out: values.out,
    dir: values.dir,
    large: values.large,
    source: values.source,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: String(defaults.rounds) },
        size: { type: 'string', default: defaults.size },
        files: { type: 'string', default: String(defaults.files) },
        only: { type: 'string' },
        servers: { type: 'string' },
        loads: { type: 'string' },
        out: { type: 'string', default: defaults.out },
        dir: { type: 'string', default: defaults.dir },
        large: { type: 'boolean', default: false },
        source: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (cause) {
    // Node adds advice after the first sentence that does not fit here.
    if (cause instanceof TypeError) refuse(cause.message.split('. ', 1).join(''), cause)
    throw cause
  }
}

function pick<Name extends string>(what: string, known: readonly Name[], asked: readonly string[]): readonly Name[] {
  const stranger = asked.find((word) => !known.some((name) => name === word))
  if (stranger !== undefined) refuse(`the ${what} are ${known.join(', ')}, not "${stranger}"`)
  return known.filter((name) => asked.includes(name))
}

function pickOrAll<Name extends string>(what: string, known: readonly Name[], asked?: string): readonly Name[] {
  return asked === undefined ? known : pick(what, known, asked.split(','))
}

function readCandidates(only: string | undefined): readonly CandidateName[] {
  if (only === undefined) return usualCandidates
  return only === 'all' ? candidateNames : pick('candidates', candidateNames, only.split(','))
}

function readCount(name: 'rounds' | 'files', text: string): number {
  const count = Number(text)
  return Number.isSafeInteger(count) && count > 0 ? count : refuse(`--${name} is a whole number from 1, not "${text}"`)
}

const units: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }
const smallest = 4 * 1024 ** 2

function readSize(text: string): number {
  const { digits = '', unit = '' } = /^(?<digits>\d+)(?<unit>KiB|MiB|GiB|)$/.exec(text)?.groups ?? {}
  const size = Number(digits) * (units[unit] ?? 1)
  if (Number.isSafeInteger(size) && size >= smallest) return size
  return refuse(`--size is a size from 4MiB, such as 64MiB or 1GiB, not "${text}"`)
}

function refuse(why: string, cause?: unknown): never {
  throw new SyntaxError(`Cannot run the benchmark: ${why}\n\n${usage}`, { cause })
}
