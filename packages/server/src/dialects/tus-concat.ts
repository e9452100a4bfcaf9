import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import { readTarget, type WireCall } from './wire.ts'

/**
 * The id of a part in `Upload-Concat`, which names it by its address, absolute or relative. Only the path counts: nothing
 * is fetched from anywhere, and an address of another server names nothing here.
 *
 * @throws UploadProblem `not-found` for what is no address of an upload.
 */
export function readPart(text: string, { request, settings }: WireCall): string {
  const url = URL.canParse(text, request.url) ? new URL(text, request.url) : undefined
  const target = url && readTarget(url, settings)
  const here = [new URL(request.url).origin, settings.origin(request)]
  if (url && typeof target === 'object' && here.includes(url.origin)) return target.id
  throw new UploadProblem('not-found', 'No such upload')
}

/** Whether an upload was made of parts: it takes no bytes of its own (tus 1.0, "Concatenation"). */
export const isFinal = ({ tus }: SessionRecord): boolean => tus?.concat?.startsWith('final') ?? false
