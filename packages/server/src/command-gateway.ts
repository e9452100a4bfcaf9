import type { Authenticate } from './auth.ts'
import type { Environment } from './command-environment.ts'
import type { CommandOptions } from './command-options.ts'
import { UsageError } from './command-values.ts'
import { arvanVod } from './gateway/arvan-vod.ts'
import { cloudflareStream } from './gateway/cloudflare-stream.ts'
import type { GatewayOptions } from './gateway/options.ts'
import type { Gateway } from './gateway/tus-gateway.ts'
import { diskVideos } from './stores/disk-videos.ts'

/**
 * The gateway that the command was asked for. Keys are never on the command line, where everybody on the machine sees them.
 *
 * @throws UsageError that names the variable that is missing.
 */
export function createGateway(
  { gateway, path, dir, maxSize, maxSeconds, corsOrigins, origin }: CommandOptions,
  env: Environment,
  authenticate: Authenticate | undefined,
  onError: ((error: unknown) => void) | undefined,
): Gateway {
  const options: GatewayOptions = {
    ...{ path, videos: diskVideos({ dir }) },
    policy: { ...(maxSize !== undefined && { maxSize }), ...(maxSeconds !== undefined && { maxSeconds }) },
    ...(authenticate && { authenticate }),
    ...(onError && { onError }),
    ...(origin !== undefined && { origin }),
    ...(corsOrigins.length > 0 && { cors: { origins: corsOrigins } }),
    // The server sweeps.
    follow: false,
  }
  const need = (name: string): string => {
    const value = env[name]
    if (value !== undefined && value !== '') return value
    throw new UsageError(`--gateway ${gateway}: expected ${name} in the environment`)
  }
  if (gateway === 'arvan')
    return arvanVod({ ...options, apiKey: need('ARVAN_API_KEY'), channelId: need('ARVAN_CHANNEL_ID') })
  const webhookSecret = env['CLOUDFLARE_WEBHOOK_SECRET']
  return cloudflareStream({
    ...{ ...options, accountId: need('CLOUDFLARE_ACCOUNT_ID'), apiToken: need('CLOUDFLARE_API_TOKEN') },
    ...(webhookSecret !== undefined && { webhookSecret }),
  })
}
