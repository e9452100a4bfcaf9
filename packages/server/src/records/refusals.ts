import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'

/** Throws `locked` for a change that was not made on the newest revision. */
export function checkRevision({ revision }: SessionRecord, known = 0): void {
  if (revision !== known + 1)
    throw new UploadProblem('locked', `The session has changed meanwhile: revision ${known}`, { retryAfter: 1 })
}

/** Two creations under one key, of which the other one was first. */
export const keyTaken = (): UploadProblem =>
  new UploadProblem('locked', 'Another request has just created this upload', { retryAfter: 1 })
