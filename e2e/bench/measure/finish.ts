import { resolve } from 'node:path'
import { missingAmong } from '../../peers/needs.ts'
import { makeSparseFile, MiB } from '../../support/files.ts'
import type { Bench } from '../bench.ts'
import type { ServerKind } from '../candidates.ts'
import type { Measurement } from '../measurement.ts'
import type { Ending } from '../page/finish.ts'
import { makeSourceFile, type SourceFile } from '../source-file.ts'
import { median } from '../statistics.ts'
import { digits, table } from '../table.ts'

/** A file into a server, round after round. */
interface Course {
  readonly title: string
  readonly server: ServerKind
  readonly file: SourceFile
  readonly rounds: Ending[]
}

const aimMs = 50
const large = 5 * 1024 * MiB

/** How long an upload takes after its last byte was confirmed: the client's hash, one request, and what its server then does. */
export const finish: Measurement = async (bench) => {
  const dir = resolve(bench.options.dir)
  const python = !missingAmong('python3').includes('python3')
  const course = (title: string, server: ServerKind, file: SourceFile): Course => ({ title, server, file, rounds: [] })
  const courses = [await makeSourceFile(dir, 10 * MiB), bench.file].flatMap((file) => [
    course(`${inWords(file.size)} into Chunkwise, strict`, 'strict', file),
    ...(python ? [course(`${inWords(file.size)} into drf-chunked-upload`, 'django', file)] : []),
  ])
  if (bench.options.large) {
    const file = await makeSparseFile(dir, 'sparse.bin', large)
    courses.push(course(`${inWords(large)} (a sparse file) into Chunkwise, strict`, 'strict', file))
  }
  const kinds = [...new Set(courses.map(({ server }) => server))]
  const servers = new Map(await Promise.all(kinds.map(async (kind) => [kind, await bench.start(kind)] as const)))
  // The round before the first: nobody pays for what is compiled or cached for the first time. The large one has time for that.
  for (let round = 0; round <= bench.options.rounds; round += 1) {
    for (const { title, server: kind, file, rounds } of courses) {
      if (round === 0 && file.size === large) continue
      const server = servers.get(kind)
      if (!server) throw new Error(`Cannot upload: there is no server "${kind}"`)
      const ending = await uploadOnce(bench, server, file)
      bench.say(
        `  ${round === 0 ? 'warm-up' : `round ${round}`}  ${title}: ${digits(ending.lastByteMs)} ms, then ${digits(ending.finishMs)} ms`,
      )
      if (round > 0) rounds.push(ending)
    }
  }

  const rows = courses.map(({ title, server, rounds }) => {
    const times = rounds.map(({ finishMs }) => finishMs)
    const reached = median(times) <= aimMs ? 'reached' : 'not reached'
    return [title, digits(median(times)), digits(Math.max(...times)), server === 'strict' ? `${aimMs}: ${reached}` : '']
  })
  const head = ['from the last confirmed byte to verified, ms', 'median', 'most', 'aim: at most']
  return {
    figures: courses.map(({ title, file: { size }, rounds }) => ({ title, size, rounds })),
    summary: [table(head, rows), ...(python ? [] : ['Without drf-chunked-upload: it needs python3.'])].join('\n\n'),
  }
}

async function uploadOnce(
  bench: Bench,
  server: Awaited<ReturnType<Bench['start']>>,
  file: SourceFile,
): Promise<Ending> {
  const visit = await bench.visit(server, 'chunkwise', [file.path])
  try {
    const ending = await visit.page.evaluate((endpoint) => window.bench.finish(endpoint), server.endpoint)
    await bench.verify(server, file)
    return ending
  } finally {
    await visit.close()
  }
}

const inWords = (size: number): string =>
  size % (1024 * MiB) === 0 ? `${size / (1024 * MiB)} GiB` : `${Math.round(size / MiB)} MiB`
