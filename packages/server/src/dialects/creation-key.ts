import { UploadProblem } from '../problem.ts'

/**
 * The name that a client has given its creation, so that it can be repeated (F33): the header `Idempotency-Key`, in quotes
 * (draft-ietf-httpapi-idempotency-key-header, section 2.1) or without, as older clients write it.
 *
 * @throws UploadProblem `malformed` for one that is empty, longer than 255 characters or not printable.
 */
export function readCreationKey({ headers }: Request): { readonly key?: string } {
  const text = headers.get('idempotency-key')
  if (text === null) return {}
  const [, quoted, bare] = /^(?:"([!#-[\]-~]{1,255})"|([!#-[\]-~]{1,255}))$/.exec(text) ?? []
  const key = quoted ?? bare
  if (key === undefined)
    throw new UploadProblem('malformed', 'Idempotency-Key: expected 1 to 255 printable characters in quotes')
  return { key }
}
