import type { HostedVideo } from '@chunkwise/client'

import type { Fact } from '../facts.ts'
import { duration, stretch } from '../format.ts'
import type { Progress } from '../row-view.ts'
import type { Words } from '../words.ts'

/** Says in words where a video stands. */
export function describeVideo({ state, playable, error = '' }: HostedVideo): Words {
  switch (state) {
    case 'created':
      return { tone: 'quiet', status: 'Created', detail: 'The host has not got all of the file yet' }
    case 'uploading':
      return { tone: 'busy', status: 'Uploading', detail: 'The file is on its way to the host' }
    case 'uploaded':
      return { tone: 'busy', status: 'Uploaded', detail: 'The host has all of it, and begins soon' }
    case 'processing':
      return {
        tone: 'busy',
        status: 'Processing',
        detail: playable ? 'Can be watched already' : 'Cannot be watched yet',
      }
    case 'ready':
      return { tone: 'good', status: 'Ready', detail: 'Can be watched' }
    case 'failed':
      return { tone: 'bad', status: 'Failed', detail: whyFailed(error) }
    case 'expired':
      return { tone: 'bad', status: 'Expired', detail: 'It was not sent whole in time: upload it again' }
    default:
      return { tone: 'quiet', status: state, detail: '' }
  }
}

const reasons: Readonly<Record<string, string>> = {
  ERR_NON_VIDEO: 'The host found no video in the file: upload a video',
  ERR_DURATION_EXCEED_CONSTRAINT: 'The video is longer than allowed: upload a shorter one',
  gone: 'The host does not know it any more: upload it again',
}

const whyFailed = (error: string): string => reasons[error] ?? 'The host could not make a video of it: upload it again'

/** How far the host's work is; `undefined` while it has not begun, and where it came to nothing. */
export function processingOf({ state, percent }: HostedVideo): Progress | undefined {
  if (state !== 'uploaded' && state !== 'processing' && state !== 'ready') return undefined
  const whole = state === 'ready' ? 100 : Math.min(99, Math.floor(percent))
  return { percent: whole, text: `${whole} % processed`, confirmed: stretch(whole, 100), sent: stretch(0, 100) }
}

/** What else is known of a video, for who builds on it. */
export function factsOfVideo({ id, state, percent, playable, error, asset }: HostedVideo): readonly Fact[] {
  const known: readonly (readonly [string, string | undefined])[] = [
    ['State', `${state}, ${Math.floor(percent)} %, ${playable ? 'playable' : 'not playable'}`],
    ['Error', error],
    ['Id', id],
    ['Id at the host', asset?.id],
    // Addresses that lead nowhere yet are not worth copying.
    ['HLS', playable ? asset?.hls : undefined],
    ['Duration', asset?.duration === undefined ? undefined : duration(asset.duration)],
  ]
  return known.flatMap(([label, value]) => (value === undefined ? [] : [[label, value] as const]))
}
