import { UploadError } from '../errors.ts'
import type { Complete, Confirmed, Gone, Json, Protocol, Reply, Session, Tools } from '../types.ts'
import { addressAt, urlOf } from './address.ts'
import { ask, dropped, isMissing, refusal, stranger, type Answer } from './answer.ts'

/** A video as the gateway of `@chunkwise/server` tells of it. */
export interface HostedVideo {
  readonly id: string
  /** `created`, `uploading`, `uploaded`, `processing`; and as its ends `ready`, `failed`, `expired`, `deleted`. */
  readonly state: string
  /** How much of the processing is done, in per cent. */
  readonly percent: number
  /** Whether it can be watched already. */
  readonly playable: boolean
  /** Why it failed, in a word. */
  readonly error?: string
  /** What the host has made of it. */
  readonly asset?: {
    readonly id: string
    readonly hls?: string
    readonly dash?: string
    readonly thumbnail?: string
    readonly preview?: string
    readonly download?: string
    /** Seconds. */
    readonly duration?: number
  }
}

/**
 * Uploads of videos through the gateway of `@chunkwise/server`: the last byte does not finish them, but the gateway does, which answers
 * with what the host has made of it. The endpoint is the gateway's.
 *
 * `finished` resolves to the address of the video at the gateway, to be followed by {@link followVideo}, and to its state as `answer`.
 *
 * @param tus how the bytes go: `tus(cloudflareStream)` where the host takes them itself, `tus()` where they go through the gateway
 * @example
 * createUploader({ endpoint: '/api/videos/', protocol: hostedVideo(tus(cloudflareStream)), checksum: false })
 */
export function hostedVideo(tus: Protocol): Protocol {
  // What would finish it otherwise is news of its bytes only.
  const bytes = (said: Confirmed | Gone): Confirmed | Gone => {
    if (said === 'gone') return said
    const { complete: _, ...confirmed } = said
    return confirmed
  }

  const videoOf = ({ video }: Session): string => {
    if (typeof video === 'string') return video
    throw new UploadError('gone', 'Cannot go on: the session does not know its video')
  }

  // Only what the protocol says of its own address is replaced; the video's stays beside it.
  const kept = (said: Confirmed | Gone, { video = null }: Session): Confirmed | Gone =>
    said === 'gone' || !said.session ? said : { ...said, session: { ...said.session, video } }

  async function create(...[file, first, tools]: Parameters<Protocol['create']>) {
    let video: Json = null
    const send = async (request: Parameters<Tools['send']>[0]): Promise<Reply> => {
      const reply = await tools.send(request)
      const named = reply.header('Content-Location') ?? reply.header('Location')
      if (request.method === 'POST' && reply.header('Upload-Id') !== undefined && named !== undefined)
        video = addressAt(tools.endpoint, named)
      return reply
    }
    const { session, complete: _, ...begun } = await tus.create(file, first, { ...tools, send })
    if (video === null)
      throw new UploadError(
        'malformed',
        `Cannot create an upload of "${file.name}": expected a gateway to a video host`,
      )
    // Who takes the bytes elsewhere may speak otherwise than the gateway has: its 404 is its own word, with or without a mark.
    const elsewhere = urlOf(session) !== video
    return { ...begun, session: { ...session, ...(elsewhere && { marked: false }), video } }
  }

  async function complete(
    ...[session, file, , tools]: Parameters<Protocol['complete']>
  ): Promise<Complete | Confirmed | Gone> {
    const url = videoOf(session)
    const answer = await ask(tools, `complete the upload of "${file.name}"`, 'POST', `${url}/finalize`, {
      headers: { 'Tus-Resumable': '1.0.0' },
    })
    if (isMissing(answer)) return 'gone'
    // Bytes are missing: where it stands, whoever has them knows.
    if (answer.status === 409) return bytes(await tus.offset(session, file, tools))
    if (!answer.ok) throw refusal(answer)
    return { url, answer: readVideo(answer), verified: false }
  }

  return {
    ...tus,
    name: `${tus.name}-video`,
    create,
    offset: async (session, file, tools) => kept(bytes(await tus.offset(session, file, tools)), session),
    append: async (session, file, chunk, tools) => kept(bytes(await tus.append(session, file, chunk, tools)), session),
    complete,
    // The host drops an upload for who has its key, and for nobody else.
    terminate: async (session, tools) => dropped(await ask(tools, 'terminate', 'DELETE', videoOf(session))),
  }
}

function readVideo(answer: Answer): HostedVideo {
  const { json } = answer
  if (isVideo(json)) return json
  throw stranger(answer)
}

/** Whether this is the gateway's own word, as its first two fields show. */
export const isVideo = (json: unknown): json is HostedVideo =>
  typeof json === 'object' && json !== null && 'id' in json && 'state' in json
