import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright'
import type { Bench } from '../bench.ts'
import { candidates, isOutside, type CandidateName } from '../candidates.ts'
import { selfTimes } from '../cpu-profile.ts'
import { diskSpeed } from '../disk-speed.ts'
import type { Findings, Measurement } from '../measurement.ts'
import type { Timing } from '../page/page.ts'
import type { Exchange } from '../server/messages.ts'
import { digits, inMiB, table } from '../table.ts'
import { busiest, readThreadCpu } from '../thread-cpu.ts'
import { allTasks } from '../trace.ts'
import { uploadOnce } from '../upload-once.ts'

// What takes less explains nothing.
const shown = 16
const chunkSize = 32 * 1024 ** 2

/**
 * Where the time of an upload goes, for each candidate: CPU of every thread, functions of the server, requests. Profile and
 * trace are left in the results folder, for the browser's own tools.
 */
export const profile: Measurement = async (bench) => {
  const { dir } = bench.options
  // Node's profiler sees what runs in Node.
  const names = bench.options.candidates.filter((name) => !isOutside(candidates[name].server))
  const disk = await diskSpeed(resolve(dir), bench.file.size, chunkSize)
  const line = `The disk takes ${digits(disk / 1e6)} MB/s from a plain loop of writes with a sync after each ${inMiB(chunkSize)} MiB.`
  const found: [CandidateName, Findings][] = []
  for (const name of names) found.push([name, await profileOne(bench, name)])
  return {
    figures: { diskBytesPerSecond: disk, ...Object.fromEntries(found.map(([name, { figures }]) => [name, figures])) },
    summary: [line, ...found.map(([, { summary }]) => summary)].join('\n\n'),
  }
}

async function profileOne(bench: Bench, name: CandidateName): Promise<Findings> {
  const { browser } = bench
  const candidate = candidates[name]
  const profiles = join(bench.out, `profile-${name}`)
  await mkdir(profiles, { recursive: true })
  const log: Exchange[] = []
  const server = await bench.start(candidate.server, { profiles, onAnswered: (exchange) => void log.push(exchange) })
  // Once before, so that compiling is not what is seen.
  await uploadOnce(bench, candidate, server)
  log.length = 0
  const processes = new Map([[server.pid, 'server'], ...(await processesOf(browser))])
  let threads: readonly { readonly process: string; readonly thread: string; readonly seconds: number }[] = []
  const upload = await uploadOnce(bench, candidate, server, async ({ page }, upload) => {
    for (const [pid, type] of await processesOf(browser)) processes.set(pid, type)
    const before = await readThreadCpu([...processes.keys()])
    await browser.startTracing(page, { categories: allTasks })
    const done = await upload()
    const after = await readThreadCpu([...processes.keys()])
    await writeFile(join(profiles, 'trace.json'), await browser.stopTracing())
    threads = busiest(before, after).map(({ pid, thread, seconds }) => ({
      process: processes.get(pid) ?? '',
      thread,
      seconds,
    }))
    return done
  })
  await server.stop()

  const functions = selfTimes(await profileOf(server.pid, profiles))
  const answered = log.filter(({ chunk }) => chunk)
  const summary = [
    `### ${name}: ${digits(upload.ms)} ms`,
    ...(threads.length > 0
      ? [
          table(
            ['CPU by thread', 's'],
            threads
              .slice(0, shown)
              .map(({ process, thread, seconds }) => [`${process}: ${thread}`, digits(seconds, 2)]),
          ),
        ]
      : []),
    table(
      ['self time in the server (two uploads)', 'ms'],
      functions.slice(0, shown).map(({ name, place, ms }) => [`${name} ${place}`.trim(), digits(ms)]),
    ),
    waits(upload.requests, upload.ms),
    ...(answered.length > 0 ? [table(['our server’s chunks, MiB', 'ms'], answered.map(timeOf))] : []),
  ].join('\n\n')
  return { figures: { upload, threads, functions: functions.slice(0, 100), log }, summary }
}

// A client that sends one request after the other loses what lies between them.
function waits(requests: readonly Timing[], ms: number): string {
  const sending = requests.reduce((sum, { began, ended }) => sum + ended - began, 0)
  const [first, last] = [requests[0], requests.at(-1)]
  if (!first || !last) return 'No request was seen.'
  const between = last.ended - first.began - sending
  return (
    `${requests.length} requests: ${digits(first.began)} ms before the first, ${digits(sending)} ms in them, ` +
    `${digits(between)} ms between them, ${digits(ms - last.ended)} ms after the last.`
  )
}

const timeOf = ({ chunk, began, ended }: Exchange): string[] => [
  inMiB(chunk ? chunk.end - chunk.start : 0),
  digits(ended - began),
]

async function processesOf(browser: Browser): Promise<[number, string][]> {
  const session = await browser.newBrowserCDPSession()
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    return processInfo.map(({ id, type }) => [id, type])
  } finally {
    await session.detach()
  }
}

// One is written per thread; the first thread is the server's, the others load modules.
async function profileOf(pid: number, folder: string): Promise<string> {
  const name = (await readdir(folder)).find((file) => file.includes(`.${pid}.0.`))
  if (name === undefined) throw new Error(`Cannot find the profile of process ${pid} in ${folder}: it has written none`)
  return readFile(join(folder, name), 'utf8')
}
