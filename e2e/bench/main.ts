// `pnpm bench`: takes measurements and writes down what was found. See docs/benchmarks.md.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishable, readArguments, usage, type BenchOptions, type MeasurementName } from './arguments.ts'
import { openBench } from './bench.ts'
import { drawBars, type Chart } from './chart.ts'
import { putBetween } from './document.ts'
import { describeMachine, sentence } from './machine.ts'
import { links } from './measure/links.ts'
import { finish } from './measure/finish.ts'
import { gateway } from './measure/gateway.ts'
import { hashing } from './measure/hashing.ts'
import { many } from './measure/many.ts'
import { memory } from './measure/memory.ts'
import { nodes } from './measure/nodes.ts'
import { profile } from './measure/profile.ts'
import { resume } from './measure/resume.ts'
import { server } from './measure/server.ts'
import { throughput } from './measure/throughput.ts'
import { wide } from './measure/wide.ts'
import type { Measurement } from './measurement.ts'

const measurements: Readonly<Record<MeasurementName, Measurement>> = {
  throughput,
  wide,
  links,
  memory,
  resume,
  many,
  server,
  gateway,
  nodes,
  finish,
  hashing,
  profile,
}
const documentPath = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))
const imagesPath = fileURLToPath(new URL('../../docs/images', import.meta.url))

try {
  const options = readArguments(process.argv.slice(2))
  if (options) await run(options)
  else console.log(usage)
} catch (error) {
  console.error(error instanceof SyntaxError ? error.message : error)
  process.exitCode = 1
}

async function run(options: BenchOptions): Promise<void> {
  const bench = await openBench(options)
  try {
    const machine = await describeMachine(bench.browser)
    const setting = `${bench.file.size / 1024 ** 2} MiB, ${options.rounds} rounds, ${today()}. ${sentence(machine)}`
    console.log(setting)
    for (const name of options.measurements) {
      console.log(`\n${name}`)
      const { figures, summary, charts = [] } = await measurements[name](bench)
      console.log(`\n${summary}`)
      const path = join(bench.out, `${name}.json`)
      const { rounds, size } = options
      await writeFile(
        path,
        `${JSON.stringify({ name, at: new Date().toISOString(), machine, rounds, size, figures, charts }, undefined, 2)}\n`,
      )
      await draw(charts, bench.out)
      console.log(`\nAll figures: ${path}`)
      if (publishable(options) && name !== 'profile') {
        await draw(charts, imagesPath)
        const pictures = charts.map((chart) => `![${chart.title}](images/${fileOf(chart)})`)
        await publish(name, [setting, ...pictures, summary].join('\n\n'))
      }
    }
  } finally {
    await bench.close()
  }
}

async function draw(charts: readonly Chart[], folder: string): Promise<void> {
  for (const chart of charts) await writeFile(join(folder, fileOf(chart)), drawBars(chart))
}

function fileOf({ name }: Chart): string {
  return `bench-${name}.svg`
}

async function publish(name: MeasurementName, text: string): Promise<void> {
  await writeFile(documentPath, putBetween(await readFile(documentPath, 'utf8'), name, text))
  console.log('Written into docs/benchmarks.md')
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}
