import { refuseForged } from './csrf.ts'
import type { DialectTools } from './dialect.ts'
import type { HandlerSettings } from './options.ts'
import { forwardedFor, peerOf } from './peer.ts'
import { isProblem, UploadProblem } from './problem.ts'

/** Finds out who asks and whether they may, by the rules of the host, before anything of a request is used. */
export function createAdmission(settings: HandlerSettings): DialectTools['admit'] {
  const { authenticate, requireSignIn, csrf, trustProxy, limits, counts, onError, drf } = settings
  const throttle = settings.throttle && counts.throttle('requests', settings.throttle)
  const countsAddresses = [limits.openUploads, limits.creationsPerMinute, limits.ownerBytes].some(Number.isFinite)

  async function identify(request: Request, peer: string): Promise<string | undefined> {
    try {
      return await authenticate?.(request)
    } catch (error) {
      // Guessing costs as much as asking.
      if (isProblem(error, 'unauthorized')) await throttle?.(peer)
      // The client is told to come again; why, only the host can mend.
      if (isProblem(error, 'unavailable')) onError(error, request)
      throw error
    }
  }

  return async (request, connection) => {
    const address = peerOf((trustProxy ? forwardedFor(request) : undefined) ?? connection.address)
    const peer = `address ${address ?? ''}`
    if (csrf) refuseForged(request, { ...csrf, own: drf.origin(request) })
    const owner = await identify(request, peer)
    if (owner === undefined && requireSignIn) {
      const challenge = authenticate?.challenge
      const text = drf.texts.signIn
      if (challenge === undefined) throw new UploadProblem('forbidden', text)
      throw new UploadProblem('unauthorized', text, { challenge })
    }
    await throttle?.(owner === undefined ? peer : `owner ${owner}`)
    refuseEncoded(request)
    return owner === undefined && countsAddresses ? { owner, address } : { owner }
  }
}

/** Bytes are stored as they come: what something on the way has packed would be another file (F25). */
function refuseEncoded({ headers }: Request): void {
  if (/^(identity)?$/i.test(headers.get('content-encoding') ?? '')) return
  throw new UploadProblem('unsupported-media-type', 'No Content-Encoding is understood')
}
