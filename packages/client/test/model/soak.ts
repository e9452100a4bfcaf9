import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type fc from 'fast-check'
import type { Property } from './judge.ts'
import { surround } from './platform.ts'
import { reference, search, tell } from './run.ts'
import { anything, harmless, trying, type Schedule } from './schedule.ts'

// Millions of schedules, on all cores, with a seed that nobody has seen before: `pnpm test:soak --minutes 10`.

const usage = `pnpm test:soak [--minutes <number> | --runs <number>] [--seed <number>]

  --minutes   how long; default 10
  --runs      how many schedules, in place of a time
  --seed      where to begin; default: chance`

const properties: readonly (readonly [Property, fc.Arbitrary<Schedule>])[] = [
  ['safety', anything],
  ['thrift', harmless],
  ['liveness', trying],
]

/** Schedules that are played between two reports. */
const batch = 200

/** What a core tells: schedules of a batch, and what was found in it. */
interface Report {
  readonly played: number
  readonly finding?: string
}

interface Plan {
  readonly minutes: number
  readonly runs: number
  readonly seed: number
}

function readPlan(args: readonly string[]): Plan | undefined {
  const options = {
    minutes: { type: 'string' },
    runs: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args: [...args], options })
  if (values.help) return undefined
  const amount = (name: 'minutes' | 'runs' | 'seed', otherwise: number): number => {
    const given = values[name]
    if (given === undefined) return otherwise
    if (Number(given) > 0) return Number(given)
    throw new RangeError(`Cannot soak: expected "--${name}" to be a number above 0, got "${given}"`)
  }
  return {
    runs: amount('runs', Infinity),
    minutes: values.runs === undefined ? amount('minutes', 10) : Infinity,
    seed: amount('seed', Math.ceil(Math.random() * 2 ** 30)),
  }
}

/** Plays batch after batch, until it is ended or has found something. */
async function work(seed: number, cores: number): Promise<void> {
  surround((name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true }))
  const report = (told: Report): void => void process.send?.(told)
  for (let round = 0; ; round++) {
    for (const [property, schedules] of properties) {
      const finding = await search(schedules, reference([property]), { runs: batch, seed: seed + round * cores })
      report({ played: finding?.after ?? batch, ...(finding && { finding: tell(finding, `${property}.test.ts`) }) })
      if (finding) return
    }
  }
}

/** Lets all cores work, and says how it ended. */
async function soak({ minutes, runs, seed }: Plan): Promise<boolean> {
  const cores = availableParallelism()
  const began = Date.now()
  const findings: string[] = []
  let played = 0
  process.stdout.write(`Seed ${seed}, ${cores} cores\n`)
  const workers = Array.from({ length: cores }, (_, core) =>
    fork(fileURLToPath(import.meta.url), [], {
      env: { ...process.env, SOAK_SEED: String(seed + core), SOAK_CORES: String(cores) },
    }),
  )
  const end = (): void => workers.forEach((worker) => worker.kill())
  const say = (): void => {
    const seconds = Math.round((Date.now() - began) / 1000)
    process.stdout.write(`${played} schedules in ${seconds} s\n`)
  }
  for (const worker of workers) {
    worker.on('message', (told: Report) => {
      played += told.played
      if (told.finding !== undefined) findings.push(told.finding)
      if (played >= runs || findings.length > 0) end()
    })
    // Who goes by themselves has broken down.
    worker.on('exit', (code) => {
      if (code !== null && findings.length === 0) findings.push(`A core gave up with code ${code}`)
      end()
    })
  }
  const timer = minutes === Infinity ? undefined : setTimeout(end, minutes * 60_000)
  const clock = setInterval(say, 60_000)
  await Promise.all(workers.map((worker) => once(worker, 'close')))
  clearTimeout(timer)
  clearInterval(clock)
  say()
  for (const finding of findings) process.stdout.write(`\n${finding}\n`)
  const holds = findings.length === 0 && played > 0
  const why = played > 0 ? 'see above' : 'there was no time to play any'
  process.stdout.write(holds ? 'Nothing found: all of them hold\n' : `Failed: ${why}\n`)
  return holds
}

const { SOAK_SEED, SOAK_CORES } = process.env
if (SOAK_SEED !== undefined) await work(Number(SOAK_SEED), Number(SOAK_CORES))
else {
  try {
    const plan = readPlan(process.argv.slice(2))
    if (plan) process.exitCode = (await soak(plan)) ? 0 : 1
    else process.stdout.write(`${usage}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    process.exitCode = 2
  }
}
