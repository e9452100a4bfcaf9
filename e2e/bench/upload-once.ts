import type { Bench, Visit } from './bench.ts'
import { readBrowserCpu, usedBetween } from './browser-cpu.ts'
import type { Candidate } from './candidates.ts'
import type { Sent } from './page/page.ts'
import { uploadsPath } from './server/address.ts'
import type { ServerProcess } from './server/process.ts'
import { verifyAndRemove } from './stored-file.ts'

/** One upload of the file, from the page's first step to its client's word that it is finished. */
export interface Upload extends Sent {
  /** CPU seconds of all processes of the browser. */
  readonly browserCpuSeconds: number
  /** CPU seconds of the server's process. */
  readonly serverCpuSeconds: number
}

/** Uploads the file, and afterwards compares what was stored. `around` is done in the page's visit, besides the upload. */
export async function uploadOnce(
  bench: Bench,
  { client, chunkSize }: Candidate,
  server: ServerProcess,
  around: (visit: Visit, upload: () => Promise<Upload>) => Promise<Upload> = (_visit, upload) => upload(),
): Promise<Upload> {
  const visit = await bench.visit(server, client)
  try {
    return await around(visit, async () => {
      const [browserBefore, serverBefore] = [await readBrowserCpu(bench.browser), await server.used()]
      const options = { endpoint: uploadsPath, chunkSize }
      const sent = await visit.page.evaluate(([kind, rest]) => window.bench.send(kind, rest), [
        client,
        options,
      ] as const)
      const [browserAfter, serverAfter] = [await readBrowserCpu(bench.browser), await server.used()]
      return {
        ...sent,
        browserCpuSeconds: usedBetween(browserBefore, browserAfter),
        serverCpuSeconds: serverAfter.cpuSeconds - serverBefore.cpuSeconds,
      }
    })
  } finally {
    await visit.close()
    await verifyAndRemove(server.dir, bench.file)
  }
}
