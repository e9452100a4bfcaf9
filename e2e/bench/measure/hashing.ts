import type { Bench } from '../bench.ts'
import { readBrowserCpu, usedBetween } from '../browser-cpu.ts'
import type { Measurement } from '../measurement.ts'
import type { ServerProcess } from '../server/process.ts'
import { median } from '../statistics.ts'
import { digits, table } from '../table.ts'

const engines = { wasm: 'hash-wasm', script: 'spark-md5' } as const
type Engine = keyof typeof engines

/** What is done with the file. */
interface Course {
  readonly title: string
  /** Which server it is of: one whose worker may use WebAssembly, one whose worker may not, one that asks for no checksum. */
  readonly server: Engine | 'none'
  readonly sends: boolean
}

interface Run {
  readonly ms: number
  /** CPU seconds of all processes of the browser. */
  readonly browserCpuSeconds: number
  /** CPU seconds of the server's process. */
  readonly serverCpuSeconds: number
}

const courses = {
  wasm: { title: `${engines.wasm} alone`, server: 'wasm', sends: false },
  script: { title: `${engines.script} alone`, server: 'script', sends: false },
  without: { title: 'upload without a checksum', server: 'none', sends: true },
  'with-wasm': { title: `upload with the MD5 by ${engines.wasm}`, server: 'wasm', sends: true },
  'with-script': { title: `upload with the MD5 by ${engines.script}`, server: 'script', sends: true },
} as const satisfies Record<string, Course>
type CourseName = keyof typeof courses

/** How fast a page's worker hashes, and what share of an upload that takes. */
export const hashing: Measurement = async (bench) => {
  const servers = {
    wasm: await bench.start('relaxed'),
    script: await bench.start('relaxed', { wasm: false }),
    none: await bench.start('relaxed', { checksum: false }),
  } satisfies Record<Course['server'], ServerProcess>
  const runs: Record<CourseName, Run[]> = { wasm: [], script: [], without: [], 'with-wasm': [], 'with-script': [] }
  // An object's own keys are what its type says, which Object.keys cannot know.
  const names = Object.keys(courses) as CourseName[]
  const { size } = bench.file
  // The round before the first: nobody pays for what is compiled or cached for the first time.
  for (let round = 0; round <= bench.options.rounds; round += 1) {
    for (const name of names) {
      const course = courses[name]
      const run = await runOnce(bench, servers[course.server], course)
      const { ms, browserCpuSeconds, serverCpuSeconds } = run
      bench.say(
        `  ${round === 0 ? 'warm-up' : `round ${round}`}  ${name.padEnd(11)} ${digits(size / 1000 / ms)} MB/s, CPU ${digits(browserCpuSeconds, 2)} + ${digits(serverCpuSeconds, 2)} s`,
      )
      if (round > 0) runs[name].push(run)
    }
  }

  const perGib = (values: readonly number[]): string => digits((median(values) * 1024 ** 3) / size, 2)
  const rows = names.map((name) => {
    const mine = runs[name]
    // In each round for itself, so that what slows a whole round down does not count.
    const shares = mine.map(({ ms }, round) => 1 - (runs.without[round]?.ms ?? NaN) / ms)
    return [
      courses[name].title,
      digits(median(mine.map(({ ms }) => size / 1000 / ms))),
      name.startsWith('with-') ? `${digits(median(shares) * 100)} %` : '',
      perGib(mine.map(({ browserCpuSeconds }) => browserCpuSeconds)),
      courses[name].sends ? perGib(mine.map(({ serverCpuSeconds }) => serverCpuSeconds)) : '',
    ]
  })
  const head = ['', 'MB/s', 'of the upload’s time', 'CPU s/GiB browser', 'CPU s/GiB server']
  return { figures: runs, summary: table(head, rows) }
}

async function runOnce(bench: Bench, server: ServerProcess, { server: kind, sends }: Course): Promise<Run> {
  const visit = await bench.visit(server, 'chunkwise')
  try {
    const before = { browser: await readBrowserCpu(bench.browser), server: await server.used() }
    const { ms, engine } = await visit.page.evaluate((send) => window.bench.hash(send), {
      endpoint: sends ? server.endpoint : undefined,
      checksum: kind === 'none' ? (false as const) : ('md5' as const),
    })
    const after = { browser: await readBrowserCpu(bench.browser), server: await server.used() }
    const expected = kind === 'none' ? undefined : kind
    if (engine !== expected) throw new Error(`Expected the engine ${expected} to hash, got ${engine}`)
    if (sends) await bench.verify(server)
    return {
      ms,
      browserCpuSeconds: usedBetween(before.browser, after.browser),
      serverCpuSeconds: after.server.cpuSeconds - before.server.cpuSeconds,
    }
  } finally {
    await visit.close()
  }
}
