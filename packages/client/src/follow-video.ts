import { UploadError } from './errors.ts'
import { isVideo, type HostedVideo } from './protocols/hosted-video.ts'

/** Options of {@link followVideo}. */
export interface FollowOptions {
  /** Ends it: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Called with what is new. */
  readonly onChange?: (video: HostedVideo) => void
  /** Headers of each question, such as the credentials that the uploader sends. */
  readonly headers?: () => HeadersInit | Promise<HeadersInit>
  /** Whether cookies go to another origin. Default `same-origin`. */
  readonly credentials?: RequestCredentials
}

/** The first pause between two questions, and the longest, in milliseconds. */
const pauses = { first: 1_000, most: 30_000 }
/** So often in a row it may fail before it is given up. */
const patience = 10

/**
 * Asks the gateway after a video until the host has done with it. Pauses grow, and are short again when something has changed.
 *
 * @param url where the video is at the gateway: `url` of what `upload.finished` resolves to
 * @returns the video once it is `ready`
 * @throws UploadError `refused` if it failed, expired or was deleted, with the host's reason; `gone` if it is not there; `network` or `server`
 *   if nobody has answered ten times in a row
 * @example
 * const { url } = await upload.finished
 * const { asset } = await followVideo(url ?? '', { onChange: ({ percent }) => show(percent) })
 */
export async function followVideo(url: string, options: FollowOptions = {}): Promise<HostedVideo> {
  const { signal, onChange, headers, credentials = 'same-origin' } = options
  let known = ''
  let pause = pauses.first
  for (let failures = 0; ;) {
    signal?.throwIfAborted()
    const answer = await ask(url, { headers: await headers?.(), credentials, signal })
    if (answer instanceof UploadError) {
      failures += 1
      if (answer.code === 'gone' || failures === patience) throw answer
    } else {
      failures = 0
      const text = JSON.stringify(answer)
      if (text !== known) {
        onChange?.(answer)
        pause = pauses.first
      }
      known = text
      const { state, error = state } = answer
      if (state === 'ready') return answer
      if (['failed', 'expired', 'deleted'].includes(state))
        throw new UploadError('refused', `The video will not be ready: ${error}`)
    }
    await sleep(pause, signal)
    pause = Math.min(pauses.most, pause * 1.5)
  }
}

async function ask(
  url: string,
  {
    headers,
    credentials,
    signal,
  }: { headers: HeadersInit | undefined; credentials: RequestCredentials; signal: AbortSignal | undefined },
): Promise<HostedVideo | UploadError> {
  try {
    const response = await fetch(url, { credentials, ...(headers && { headers }), ...(signal && { signal }) })
    const { status } = response
    if (status === 404 || status === 410) return new UploadError('gone', 'The video is not there any more', { status })
    if (!response.ok)
      return new UploadError('server', `Cannot ask after the video: the server answered ${status}`, { status })
    const json: unknown = await response.json()
    return isVideo(json)
      ? json
      : new UploadError('server', 'Cannot ask after the video: something else answered', { status })
  } catch (cause) {
    signal?.throwIfAborted()
    return new UploadError('network', 'Cannot ask after the video', { cause })
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, ms)
    signal?.addEventListener('abort', end, { once: true })
  })
}
