import { createUploadHandler } from './handler.ts'
import { startServer } from './node-server.ts'
import { diskStore } from './stores/disk.ts'

/** Runs the command with its arguments; resolves with the exit code. */
export async function main(_arguments: readonly string[]): Promise<number> {
  const running = await startServer({ handler: createUploadHandler({ store: diskStore({ dir: './uploads' }) }) })
  console.log(`Uploads at ${running.url}/api/uploads/`)
  return 0
}
