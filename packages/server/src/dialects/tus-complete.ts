import type { SessionRecord } from '../record.ts'
import type { Completed } from '../session.ts'
import type { WireCall } from './wire.ts'

/**
 * Completes an upload that has all its bytes: in tus that is all it takes. A part only waits for the others. Also asked
 * for by whoever asks how far it is, since nobody would come back for one whose last step was cut off.
 */
export async function completed(session: SessionRecord, { sessions, viewer, request }: WireCall): Promise<Completed> {
  const whole = session.offset === session.size && !session.part && session.status !== 'complete'
  if (!whole) return { session, answer: undefined }
  // Its maker may complete it even where nobody may see it later.
  return sessions.conclude(session.id, { ...viewer, created: session.id }, 'tus', request)
}
