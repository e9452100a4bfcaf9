import type { CommandOptions } from './command-options.ts'
import type { Environment } from './command-environment.ts'
import { UsageError } from './command-values.ts'
import type { UploadHandlerOptions } from './options.ts'
import { diskStore } from './stores/disk.ts'

/** Where a command keeps uploads, and what it shares with other nodes. */
export interface Storage extends Pick<UploadHandlerOptions, 'store' | 'locks' | 'counts'> {
  /** Lets go of what was opened; to be called after the handler has closed its store. */
  close(): Promise<void>
}

/**
 * Opens what the command was told to keep uploads in.
 *
 * @throws UsageError if something is missing that `--store s3://…` needs.
 */
export async function openStorage(options: CommandOptions, env: Environment): Promise<Storage> {
  const { store, redis: address = env['REDIS_URL'], dir, doneDir, durability } = options
  if (store !== undefined) return openShared(store, address, env)
  const kept = diskStore({ dir, durability, ...(doneDir === undefined ? {} : { doneDir }) })
  return { store: kept, close: async () => {} }
}

/** Bytes in S3, everything else in Redis: any number of nodes may do so at once. */
async function openShared(
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  address: string | undefined,
  env: Environment,
): Promise<Storage> {
  if (address === undefined || address === '')
    throw new UsageError(
      '--store s3://…: expected --redis redis://… or REDIS_URL in the environment, for what nodes share',
    )
  const [aws, ioredis] = await Promise.all([import('@aws-sdk/client-s3'), import('ioredis')]).catch(
    (cause: unknown) => {
      throw new UsageError('--store s3://…: install @aws-sdk/client-s3 and ioredis beside @chunkwise/server', { cause })
    },
  )
  const [{ s3Store }, { redisRecords }, { redisLocks }, { redisCounts }] = await Promise.all([
    import('./stores/s3.ts'),
    import('./records/redis.ts'),
    import('./locks/redis.ts'),
    import('./counts/redis.ts'),
  ])
  // Keys, region and endpoint come from the environment, as all tools of AWS read them.
  const elsewhere = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']
  const client = new aws.S3Client({
    // What is not AWS has no host for each bucket.
    ...(elsewhere !== undefined && { forcePathStyle: true }),
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 120_000, throwOnRequestTimeout: true },
  })
  const redis = new ioredis.Redis(address, { maxRetriesPerRequest: null })
  // Each request that needs it tells of it.
  redis.on('error', () => {})
  const locks = redisLocks({ redis })
  return {
    store: s3Store({ client, bucket, prefix, records: redisRecords({ redis }) }),
    locks,
    counts: redisCounts({ redis }),
    async close() {
      await locks.close()
      redis.disconnect()
      client.destroy()
    },
  }
}
