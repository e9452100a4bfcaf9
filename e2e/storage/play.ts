import { setTimeout as sleep } from 'node:timers/promises'
import type { Wire } from '../../packages/server/src/dialects/fixtures/wires.ts'
import type { UploadHandler } from '../../packages/server/src/handler.ts'

/** What a client does at most before it gives up. */
const mostRequests = 60

/**
 * Uploads a file in chunks of these sizes as a patient client does: after any failure it asks where the server stands, and goes on from
 * there. By the draft it tells only at the end how much it is. Resolves with the upload's address.
 *
 * @throws Error if it does not end, with what was answered.
 */
export async function play(
  handler: UploadHandler,
  wire: Wire,
  file: Uint8Array<ArrayBuffer>,
  sizes: readonly number[],
): Promise<string> {
  const answers: string[] = []
  const key = crypto.randomUUID()

  async function ask(request: Request): Promise<Response> {
    if (answers.length === mostRequests) throw new Error(`It does not end: ${answers.join(', ')}`)
    const response = await handler(request)
    answers.push(`${request.method} ${response.status}`)
    // Whoever died in between may have the lock for a while.
    if (response.status === 423) await sleep(100)
    return response
  }

  const pieceAt = (start: number) => {
    let end = 0
    for (const size of sizes) {
      end += size
      if (end > start) break
    }
    return { start, body: file.slice(start, end), size: file.length, last: end >= file.length, key }
  }

  const first = { ...pieceAt(0), ...(wire.name === 'ietf' && { size: undefined }) }
  let created = await ask(wire.begin(first))
  while (!created.ok) created = await ask(wire.begin(first))
  const url = await wire.locate(created)
  for (;;) {
    const asked = await ask(wire.ask(url))
    if (!asked.ok) continue
    if (await wire.isComplete(asked)) return url
    const offset = (await wire.offset(asked)) ?? 0
    await ask(offset < file.length || !wire.finish ? wire.append(url, pieceAt(offset)) : wire.finish(url, file))
  }
}
