import type { Bench, Visit } from './bench.ts'
import { readBrowserCpu, usedBetween } from './browser-cpu.ts'
import type { Candidate } from './candidates.ts'
import { readCoreTime, shareOfOthers } from './core-time.ts'
import type { Sent } from './page/page.ts'
import type { ServerProcess } from './server/process.ts'
import type { SourceFile } from './source-file.ts'

/** One upload of the file, from the page's first step to its client's word that it is finished. */
export interface Upload extends Sent {
  /** CPU seconds of all processes of the browser. */
  readonly browserCpuSeconds: number
  /** CPU seconds of the server's process. */
  readonly serverCpuSeconds: number
  /** The share of the machine's cores that something else took meanwhile, from 0 to 1. */
  readonly others: number
}

/** What is done in the page's visit, around the upload. */
export type Around = (visit: Visit, upload: () => Promise<Upload>) => Promise<Upload>

const justUpload: Around = (_visit, upload) => upload()

/** Uploads a file, the bench's own unless told, and afterwards compares what was stored. */
export async function uploadOnce(
  bench: Bench,
  candidate: Candidate,
  server: ServerProcess,
  around: Around = justUpload,
  file: SourceFile = bench.file,
): Promise<Upload> {
  const visit = await bench.visit(server, candidate.client, [file.path])
  try {
    const upload = await around(visit, async () => {
      const before = await read(bench, server)
      const sent = await sendIn(visit, candidate, server.endpoint)
      const after = await read(bench, server)
      const browserCpuSeconds = usedBetween(before.browser, after.browser)
      const serverCpuSeconds = after.server.cpuSeconds - before.server.cpuSeconds
      const ours = browserCpuSeconds + serverCpuSeconds + after.self - before.self
      return { ...sent, browserCpuSeconds, serverCpuSeconds, others: shareOfOthers(before.cores, after.cores, ours) }
    })
    await bench.verify(server, file)
    return upload
  } finally {
    await visit.close()
  }
}

/** Has the page send the file that was chosen. */
export function sendIn(
  { page }: Pick<Visit, 'page'>,
  { client, chunkSize, dialect }: Candidate,
  endpoint: string,
): Promise<Sent> {
  const options = { endpoint, chunkSize, dialect }
  return page.evaluate(([kind, rest]) => window.bench.send(kind, rest), [client, options] as const)
}

async function read(bench: Bench, server: ServerProcess) {
  const { user, system } = process.cpuUsage()
  const [browserCpu, serverUsage] = [await readBrowserCpu(bench.browser), await server.used()]
  return { browser: browserCpu, server: serverUsage, self: (user + system) / 1e6, cores: readCoreTime() }
}
