import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram, type Program } from '../peers/servers/program.ts'
import { root } from '../run/command.ts'
import { startKeepingRedis } from './redis-server.ts'
import { startS3, type S3Server } from './s3-server.ts'

/** What nodes share, one S3 and one Redis, and the nodes over it. */
export interface SharedStorage {
  readonly s3: S3Server
  readonly redis: Program
  readonly bucket: string
  /** The environment of whoever works with it. */
  readonly env: NodeJS.ProcessEnv
  /**
   * Starts a node, as it is published, and as docs/deploy.md starts it; whoever asked for it closes it.
   *
   * @param endpoint of S3, where it is to be another one
   */
  startNode(endpoint?: string): Promise<Program>
  close(): Promise<void>
}

const command = join(root, 'packages/server/dist/bin.js')

/** Starts an S3 with an empty bucket and an empty Redis, which keep what they have within a folder. */
export async function startSharedStorage(within = tmpdir()): Promise<SharedStorage> {
  const bucket = 'uploads'
  const [s3, redis] = await Promise.all([startS3(within), startKeepingRedis(within)])
  await s3.createBucket(bucket)
  const env = {
    ...process.env,
    ...{ AWS_ACCESS_KEY_ID: s3.key.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.key.secretAccessKey },
    ...{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: s3.endpoint, REDIS_URL: `redis://127.0.0.1:${redis.port}` },
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
  const args = (port: number): string[] => [command, '--store', `s3://${bucket}`, '--port', String(port)]
  return {
    ...{ s3, redis, bucket, env },
    startNode: (endpoint = s3.endpoint) =>
      startProgram(process.execPath, args, { env: { ...env, AWS_ENDPOINT_URL: endpoint } }),
    close: async () => void (await Promise.all([s3.close(), redis.close()])),
  }
}
