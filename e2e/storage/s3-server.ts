import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client, CreateBucketCommand, type S3ClientConfig } from '@aws-sdk/client-s3'
import { goProgram, type GoProgram } from '../peers/servers/go-program.ts'
import { startProgram, type Program } from '../peers/servers/program.ts'

/** versitygw, an S3 server over a folder of this machine. */
export const versitygw: GoProgram = goProgram(
  new URL('versitygw/', import.meta.url),
  'versitygw',
  'github.com/versity/versitygw/cmd/versitygw',
)

const key = { accessKeyId: 'test-access', secretAccessKey: 'test-secret' }

/** A real S3 server of a test's own. */
export interface S3Server extends Program {
  readonly endpoint: string
  readonly key: typeof key
  /** A client of it, to be destroyed by who asked for it. */
  client(options?: S3ClientConfig): S3Client
  /** Where its buckets are, each a folder. */
  readonly data: string
  /** Makes an empty bucket of this name. */
  createBucket(name: string): Promise<void>
  /** What a bucket holds, as files on the disk: objects, and parts of uploads that go on or were forgotten. */
  filesIn(bucket: string): Promise<string[]>
}

/** Starts one with an empty folder. */
export async function startS3(within = tmpdir()): Promise<S3Server> {
  const folder = await mkdtemp(join(within, 'chunkwise-s3-'))
  const data = join(folder, 'data')
  await mkdir(data)
  const file = await versitygw.path()
  const keep = ['--region', 'us-east-1', '--keep-alive', '--quiet']
  const env = { ...process.env, ROOT_ACCESS_KEY: key.accessKeyId, ROOT_SECRET_KEY: key.secretAccessKey }
  const program = await startProgram(file, (port) => ['--port', `127.0.0.1:${port}`, ...keep, 'posix', data], { env })
  const endpoint = `http://127.0.0.1:${program.port}`
  const client = (options: S3ClientConfig = {}): S3Client =>
    new S3Client({
      ...{ endpoint, credentials: key, region: 'us-east-1', forcePathStyle: true },
      requestHandler: { connectionTimeout: 2_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
      ...options,
    })
  return {
    ...{ endpoint, key, client, data, port: program.port, restart: () => program.restart() },
    get pid() {
      return program.pid
    },
    async createBucket(name) {
      const own = client()
      await own.send(new CreateBucketCommand({ Bucket: name }))
      own.destroy()
    },
    async filesIn(bucket) {
      const found = await readdir(join(data, bucket), { recursive: true, withFileTypes: true })
      return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    },
    async close() {
      await program.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
