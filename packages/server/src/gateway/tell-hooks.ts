import type { GatewayHooks } from './hooks.ts'
import { isPending, type VideoRecord, type VideoState } from './record.ts'

const whole: ReadonlySet<VideoState> = new Set(['uploaded', 'processing', 'ready'])

/**
 * Tells the app what a change means, once for each step. A hook that fails is the app's business: what has happened has happened.
 *
 * @param before the state that the record had
 */
export async function tellHooks(
  hooks: GatewayHooks,
  before: VideoState,
  record: VideoRecord,
  onError: (error: unknown) => void,
): Promise<void> {
  const { state } = record
  if (state === before) return
  const tellers = [
    isPending({ state: before }) && whole.has(state) ? hooks.onUploaded : undefined,
    state === 'ready' ? hooks.onReady : undefined,
    state === 'failed' ? hooks.onFailed : undefined,
    state === 'deleted' ? hooks.onDeleted : undefined,
  ]
  for (const teller of tellers) {
    try {
      await teller?.(record)
    } catch (error) {
      onError(error)
    }
  }
}
